// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/answer.hpp"
#include "dbus/bus_names.hpp"
#include "dbus/manager.hpp"
#include "dbus/pending.hpp"
#include "dbus/request_arguments.hpp"
#include "dbus/sdbus_compat.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <variant>

/// The methods that change something. Their arguments are read first; then it is asked whether the
/// caller may, and the daemon; the reply is sent when both answered.
namespace subflowd::dbus {

namespace {

using Pending = std::shared_ptr<sdbus::Result<>>;

void reply(const Pending& pending, const std::optional<sdbus::Error>& failure) {
    if (failure)
        pending->returnError(*failure);
    else
        pending->returnResults();
}

/// Of the connection that a request is about.
std::optional<Token> tokenOf(const core::Request& request) {
    return std::visit(
        [](const auto& asked) -> std::optional<Token> {
            if constexpr (requires { asked.token; })
                return asked.token;
            else
                return std::nullopt;
        },
        request);
}

} // namespace

Caller Manager::caller() {
    const auto& message = compat::messageOf(getObject());
    const bool allowed =
        sd_bus_message_get_allow_interactive_authorization(compat::rawMessage(message)) > 0;
    return {message.getSender(), allowed ? Interaction::allowed : Interaction::forbidden};
}

/// That there is no such connection is for those to know who may change it.
std::optional<sdbus::Error> Manager::missing(const core::Request& request) const {
    const auto token = tokenOf(request);
    if (!token || host_.engine().report(*token))
        return std::nullopt;
    return noSuchConnection(*token);
}

core::request::PathName Manager::path(const wire::Dictionary& path) const {
    return pathName(path, host_.engine().links());
}

void Manager::change(sdbus::Result<>&& result, const char* action, core::Request request) {
    const auto pending = keep(std::move(result));
    authority_.ask(caller(), action,
                   [this, pending, request = std::move(request)](const auto& denied) {
                       if (denied)
                           return reply(pending, denied);
                       if (const auto failure = missing(request))
                           return reply(pending, failure);
                       host_.request(request, [pending](const core::RequestFinished& finished) {
                           reply(pending, errorOf(finished));
                       });
                   });
}

/// Whoever records reads what all connections do, and with which addresses.
void Manager::Record(sdbus::Result<sdbus::UnixFd>&& result) {
    const auto pending = keep(std::move(result));
    authority_.ask(caller(), action::record, [this, pending](const auto& denied) {
        if (denied)
            return pending->returnError(*denied);
        auto recording = host_.record();
        if (const auto* problem = std::get_if<std::string>(&recording))
            return pending->returnError(compat::makeError(error::limitsExceeded, *problem));
        pending->returnResults(
            sdbus::UnixFd{std::get<FileDescriptor>(recording).release(), sdbus::adopt_fd});
    });
}

void Manager::Reload(sdbus::Result<>&& result) {
    const auto pending = keep(std::move(result));
    authority_.ask(caller(), action::reload, [this, pending](const auto& denied) {
        if (denied)
            return reply(pending, denied);
        const auto diagnostics = host_.reload();
        reply(pending, diagnostics ? std::optional{compat::makeError(error::invalidConfiguration,
                                                                     *diagnostics)}
                                   : std::nullopt);
    });
}

void Manager::SetPolicyOptions(sdbus::Result<>&& result, std::string policy,
                               std::map<std::string, std::string> options) {
    const auto pending = keep(std::move(result));
    authority_.ask(
        caller(), action::policies,
        [this, pending, policy = std::move(policy),
         options = std::move(options)](const auto& denied) {
            if (denied)
                return reply(pending, denied);
            const auto problem = host_.setOptions(policy, options);
            reply(pending, problem ? std::optional{compat::makeError(error::invalidArgs, *problem)}
                                   : std::nullopt);
        });
}

void Manager::CreateSubflow(sdbus::Result<>&& result, std::uint32_t token, wire::Dictionary where,
                            std::string priority) {
    change(std::move(result), action::connections,
           core::request::CreateSubflow{Token{token}, path(where), priorityArgument(priority)});
}

void Manager::DestroySubflow(sdbus::Result<>&& result, std::uint32_t token,
                             wire::Dictionary where) {
    change(std::move(result), action::connections,
           core::request::DestroySubflow{Token{token}, path(where)});
}

void Manager::SetPriority(sdbus::Result<>&& result, std::uint32_t token, wire::Dictionary where,
                          std::string priority) {
    change(std::move(result), action::connections,
           core::request::SetPriority{Token{token}, path(where), priorityArgument(priority)});
}

void Manager::Announce(sdbus::Result<>&& result, std::uint32_t token, std::string address) {
    change(std::move(result), action::connections,
           core::request::Announce{Token{token}, addressArgument(address)});
}

void Manager::Withdraw(sdbus::Result<>&& result, std::uint32_t token, std::string address) {
    change(std::move(result), action::connections,
           core::request::Withdraw{Token{token}, addressArgument(address)});
}

void Manager::SetPolicies(sdbus::Result<>&& result, std::uint32_t token,
                          std::vector<std::string> policies) {
    constexpr std::size_t most = 32;
    if (policies.size() > most)
        throw compat::makeError(error::invalidArgs, "Nobody needs so many policies.");
    change(std::move(result), action::connections,
           core::request::SetPolicies{Token{token}, std::move(policies)});
}

void Manager::ResetPolicies(sdbus::Result<>&& result, std::uint32_t token) {
    change(std::move(result), action::connections, core::request::ResetPolicies{Token{token}});
}

void Manager::Retry(sdbus::Result<>&& result, std::uint32_t token, wire::Dictionary where) {
    change(std::move(result), action::connections, core::request::Retry{Token{token}, path(where)});
}

void Manager::Release(sdbus::Result<>&& result, std::uint32_t token, wire::Dictionary where) {
    change(std::move(result), action::connections,
           core::request::Release{Token{token}, path(where)});
}

void Manager::SetLinkRole(sdbus::Result<>&& result, std::string link, std::string role) {
    change(std::move(result), action::links,
           core::request::SetRole{linkArgument(link, host_.engine().links()), roleArgument(role)});
}

void Manager::DrainLink(sdbus::Result<>&& result, std::string link) {
    change(std::move(result), action::links,
           core::request::Drain{linkArgument(link, host_.engine().links()),
                                core::request::Draining::begins});
}

void Manager::UndrainLink(sdbus::Result<>&& result, std::string link) {
    change(std::move(result), action::links,
           core::request::Drain{linkArgument(link, host_.engine().links()),
                                core::request::Draining::ends});
}

} // namespace subflowd::dbus
