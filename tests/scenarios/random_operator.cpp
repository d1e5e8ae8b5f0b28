// SPDX-License-Identifier: BSD-3-Clause
#include "scenarios/random_world.hpp"

#include <subflowd/address_text.hpp>

/// Operators who ask for anything at any time.
namespace subflowd::test {

using namespace core;

Request RandomWorld::anyRequestOf(Token token) {
    request::PathName path;
    path.local = parseAddress(anyAddress()).value();
    path.remote = IpAddress::v4(10, 9, static_cast<std::uint8_t>(pick(2)),
                                static_cast<std::uint8_t>(1 + pick(3)));
    path.remotePort = 443;
    const auto priority = static_cast<Priority>(pick(2));
    const auto what = pick(10);
    if (what < 2)
        return request::CreateSubflow{token, path, priority};
    const auto& subflows = lab_.kernel[token].subflows;
    if (what < 6 && !subflows.empty()) {
        const auto& tuple = subflows[pick(static_cast<unsigned>(subflows.size()))].tuple;
        path = {tuple.local.address, 0, noLink, tuple.remote.address, tuple.remote.port};
        if (what < 4)
            return request::DestroySubflow{token, path};
        return request::SetPriority{token, path, priority};
    }
    const Endpoint announced{*path.local, pick(2) == 0 ? std::uint16_t{0} : std::uint16_t{8443}};
    switch (what) {
    case 6:
        return request::Announce{token, announced};
    case 7:
        return request::Withdraw{token, announced};
    case 8:
        return request::Retry{token, {}};
    default:
        return request::Release{token, {}};
    }
}

Request RandomWorld::anyRequest() {
    const auto link = static_cast<LinkIndex>(1 + pick(3));
    switch (pick(12)) {
    case 0:
        return request::SetRole{link, pick(2) == 0 ? std::optional{static_cast<Role>(pick(3))}
                                                   : std::nullopt};
    case 1:
        return request::Drain{link, static_cast<request::Draining>(pick(2))};
    default:
        break;
    }
    const auto token = anyConnection();
    if (token == Token{})
        return request::Retry{token, {}};
    switch (pick(10)) {
    case 0:
        return request::SetPolicies{token, {"fullmesh"}};
    case 1:
        return request::ResetPolicies{token};
    default:
        return anyRequestOf(token);
    }
}

void RandomWorld::operate() {
    const auto request = anyRequest();
    note("operator: " + std::to_string(request.index()));
    if (const auto* create = std::get_if<request::CreateSubflow>(&request)) {
        ordered_.insert(create->token);
        allowed_[create->token] = lab_.nextRequest();
        away_.erase(
            {create->token, *create->path.local, {*create->path.remote, create->path.remotePort}});
    } else if (const auto* release = std::get_if<request::Release>(&request)) {
        allowed_[release->token] = lab_.nextRequest();
        std::erase_if(away_,
                      [&](const Away& away) { return std::get<Token>(away) == release->token; });
    } else if (const auto* drain = std::get_if<request::Drain>(&request)) {
        if (drain->draining == request::Draining::begins)
            drained_.insert(drain->link);
        else
            drained_.erase(drain->link);
    }
    asked_.emplace(lab_.nextRequest(), request);
    lab_.ask(request);
}

void RandomWorld::hear(const RequestFinished& finished) {
    const auto asked = asked_.find(finished.id);
    if (asked == asked_.end()) {
        wrong_ = "an operator was answered twice: " + describe(finished);
        return;
    }
    note("  operator: " + describe(finished));
    if (const auto* destroy = std::get_if<request::DestroySubflow>(&asked->second);
        destroy && finished.result == RequestResult::done && allowed_[destroy->token] < finished.id)
        away_.insert({destroy->token,
                      *destroy->path.local,
                      {*destroy->path.remote, destroy->path.remotePort}});
    asked_.erase(asked);
}

/// Orders do not survive the daemon, and nobody answers for one that was killed.
void RandomWorld::forgetOrders() {
    asked_.clear();
    away_.clear();
    allowed_.clear();
    drained_.clear();
}

} // namespace subflowd::test
