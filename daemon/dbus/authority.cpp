// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/authority.hpp"

#include "dbus/bus_names.hpp"
#include "dbus/sdbus_compat.hpp"
#include "dbus/wire.hpp"

#include <unistd.h>

#include <map>
#include <utility>

namespace subflowd::dbus {

using std::chrono::steady_clock;

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

bool isTrusted(UserId user) {
    return user == UserId{0} || user == UserId{::geteuid()};
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
    identify(caller, [this, caller, action, verdict = std::move(verdict)](const auto& identified) {
        if (const auto* failure = std::get_if<sdbus::Error>(&identified))
            return verdict(*failure);
        if (isTrusted(std::get<UserId>(identified)))
            return verdict(std::nullopt);
        askPolkit(caller, action, verdict);
    });
}

void Authority::look(const Caller& caller, Seen seen) {
    identify(caller, [this, caller, seen = std::move(seen)](const auto& identified) {
        if (const auto* failure = std::get_if<sdbus::Error>(&identified))
            return seen(*failure);
        const auto user = std::get<UserId>(identified);
        if (isTrusted(user))
            return seen(Sight{});
        askPolkit({caller.name, Interaction::forbidden}, action::see,
                  [user, seen](const auto& denied) { seen(denied ? Sight{user} : Sight{}); });
    });
}

void Authority::identify(const Caller& caller, Identified identified) {
    bus_->callMethodAsync("GetConnectionUnixUser")
        .onInterface(busName)
        .withArguments(caller.name)
        .uponReplyInvoke(
            [identified = std::move(identified)](compat::ReplyError failure, std::uint32_t uid) {
                if (failure)
                    identified(*failure);
                else
                    identified(UserId{uid});
            });
}

void Authority::askPolkit(const Caller& caller, const char* action, const Verdict& verdict) {
    if (pending_ >= most)
        return verdict(compat::makeError(error::limitsExceeded,
                                         "Too many callers wait for polkit: try again later."));
    if (caller.interaction == Interaction::forbidden && steady_clock::now() < silentUntil_)
        return verdict(denied("polkit gave no answer a moment ago"));
    ++pending_;
    sendToPolkit(caller, action, verdict);
}

void Authority::sendToPolkit(const Caller& caller, const char* action, const Verdict& verdict) {
    const bool person = caller.interaction == Interaction::allowed;
    const Subject subject{"system-bus-name", {{"name", sdbus::Variant{caller.name}}}};
    constexpr std::uint32_t allowUserInteraction = 1;
    polkit_->callMethodAsync("CheckAuthorization")
        .onInterface(polkitInterface)
        .withTimeout(person ? patienceWithPerson : patience)
        .withArguments(subject, std::string{action}, Details{},
                       person ? allowUserInteraction : std::uint32_t{0}, std::string{})
        .uponReplyInvoke([this, verdict, asked = steady_clock::now()](compat::ReplyError failure,
                                                                      const Answer& answer) {
            --pending_;
            if (failure)
                noteSilence(asked);
            verdict(failure ? std::optional{denied("polkit gives no answer (" +
                                                   failure->getMessage() + ")")}
                            : judge(answer));
        });
}

/// Where there is no polkit, or it ends, the bus says so at once.
void Authority::noteSilence(steady_clock::time_point asked) {
    const auto now = steady_clock::now();
    if (now - asked >= patience)
        silentUntil_ = now + patience;
}

} // namespace subflowd::dbus
