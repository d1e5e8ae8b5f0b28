// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/authority.hpp"

#include "dbus/bus_names.hpp"
#include "dbus/sdbus_compat.hpp"
#include "dbus/wire.hpp"

#include <unistd.h>

#include <map>

namespace subflowd::dbus {

namespace {

constexpr const char* polkitName = "org.freedesktop.PolicyKit1";
constexpr const char* polkitInterface = "org.freedesktop.PolicyKit1.Authority";

using Details = std::map<std::string, std::string>;
using Subject = sdbus::Struct<std::string, wire::Dictionary>;

/// authorised, a person could be asked, details
using Answer = sdbus::Struct<bool, bool, Details>;

sdbus::Error denied(const std::string& why) {
    return compat::makeError(error::accessDenied,
                             "Only root, the daemon's own user and those whom polkit authorises "
                             "may do that: " +
                                 why + ".");
}

std::optional<sdbus::Error> judge(const Answer& answer) {
    if (answer.get<0>())
        return std::nullopt;
    if (answer.get<1>())
        return compat::makeError(error::interactionRequired,
                                 "polkit wants to ask for a password, and the call does not allow "
                                 "that.");
    return denied("polkit does not");
}

} // namespace

Authority::Authority(sdbus::IConnection& connection)
    : bus_(
          sdbus::createProxy(connection, compat::ServiceName{busName}, sdbus::ObjectPath{busPath})),
      polkit_(sdbus::createProxy(connection, compat::ServiceName{polkitName},
                                 sdbus::ObjectPath{"/org/freedesktop/PolicyKit1/Authority"})) {}

void Authority::ask(const Caller& caller, const char* action, Verdict verdict) {
    if (pending_ >= most)
        return verdict(compat::makeError(error::limitsExceeded,
                                         "Too many callers wait for polkit: try again later."));
    ++pending_;
    bus_->callMethodAsync("GetConnectionUnixUser")
        .onInterface(busName)
        .withArguments(caller.name)
        .uponReplyInvoke([this, caller, action, verdict = std::move(verdict)](
                             compat::ReplyError failure, std::uint32_t uid) {
            const bool trusted = !failure && (uid == 0 || uid == ::geteuid());
            if (!failure && !trusted)
                return askPolkit(caller, action, verdict);
            --pending_;
            verdict(failure ? std::optional{*failure} : std::nullopt);
        });
}

void Authority::askPolkit(const Caller& caller, const char* action, const Verdict& verdict) {
    const bool person = caller.interaction == Interaction::allowed;
    const Subject subject{"system-bus-name", {{"name", sdbus::Variant{caller.name}}}};
    constexpr std::uint32_t allowUserInteraction = 1;
    polkit_->callMethodAsync("CheckAuthorization")
        .onInterface(polkitInterface)
        .withTimeout(person ? patienceWithPerson : patience)
        .withArguments(subject, std::string{action}, Details{},
                       person ? allowUserInteraction : std::uint32_t{0}, std::string{})
        .uponReplyInvoke([this, verdict](compat::ReplyError failure, const Answer& answer) {
            --pending_;
            verdict(failure ? std::optional{denied("polkit gives no answer (" +
                                                   failure->getMessage() + ")")}
                            : judge(answer));
        });
}

} // namespace subflowd::dbus
