// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/command.hpp"
#include "recording/layout.hpp"

/// What operators ask, and what is asked of the kernel.
namespace subflowd::recording {

namespace command = core::command;
namespace request = core::request;

template <>
struct Layout<request::PathName> {
    static constexpr std::tuple fields{
        field("local", &request::PathName::local),
        field("local_port", &request::PathName::localPort),
        field("link", &request::PathName::link),
        field("remote", &request::PathName::remote),
        field("remote_port", &request::PathName::remotePort),
    };
};

template <>
struct Layout<core::Requested> {
    static constexpr auto kind = "requested";
    static constexpr std::tuple fields{field("id", &core::Requested::id),
                                       field("request", &core::Requested::request)};
};

/// A request about a path of a connection.
template <class Request>
struct OfPath {
    static constexpr std::tuple fields{field("token", &Request::token),
                                       field("path", &Request::path)};
};

/// One that gives the path a priority, too.
template <class Request>
struct OfPriority {
    static constexpr std::tuple fields{field("token", &Request::token),
                                       field("path", &Request::path),
                                       field("priority", &Request::priority)};
};

template <>
struct Layout<request::CreateSubflow> : OfPriority<request::CreateSubflow> {
    static constexpr auto kind = "create-subflow";
};

template <>
struct Layout<request::DestroySubflow> : OfPath<request::DestroySubflow> {
    static constexpr auto kind = "destroy-subflow";
};

template <>
struct Layout<request::SetPriority> : OfPriority<request::SetPriority> {
    static constexpr auto kind = "set-priority";
};

template <>
struct Layout<request::Announce> {
    static constexpr auto kind = "announce";
    static constexpr std::tuple fields{field("token", &request::Announce::token),
                                       field("local", &request::Announce::local)};
};

template <>
struct Layout<request::Withdraw> {
    static constexpr auto kind = "withdraw";
    static constexpr std::tuple fields{field("token", &request::Withdraw::token),
                                       field("local", &request::Withdraw::local)};
};

template <>
struct Layout<request::SetPolicies> {
    static constexpr auto kind = "set-policies";
    static constexpr std::tuple fields{field("token", &request::SetPolicies::token),
                                       field("policies", &request::SetPolicies::policies)};
};

template <>
struct Layout<request::ResetPolicies> {
    static constexpr auto kind = "reset-policies";
    static constexpr std::tuple fields{field("token", &request::ResetPolicies::token)};
};

template <>
struct Layout<request::Retry> : OfPath<request::Retry> {
    static constexpr auto kind = "retry";
};

template <>
struct Layout<request::Release> : OfPath<request::Release> {
    static constexpr auto kind = "release";
};

template <>
struct Layout<request::SetRole> {
    static constexpr auto kind = "set-role";
    static constexpr std::tuple fields{field("link", &request::SetRole::link),
                                       field("role", &request::SetRole::role)};
};

template <>
struct Layout<request::Drain> {
    static constexpr auto kind = "drain";
    static constexpr std::tuple fields{field("link", &request::Drain::link),
                                       field("draining", &request::Drain::draining)};
};

template <>
struct Layout<core::IssuedCommand> {
    static constexpr std::tuple fields{field("id", &core::IssuedCommand::id),
                                       field("command", &core::IssuedCommand::command)};
};

template <>
struct Layout<command::CreateSubflow> {
    static constexpr auto kind = "create-subflow";
    static constexpr std::tuple fields{
        field("token", &command::CreateSubflow::token),
        field("local", &command::CreateSubflow::local),
        field("local_id", &command::CreateSubflow::localId),
        field("link", &command::CreateSubflow::link),
        field("local_port", &command::CreateSubflow::localPort),
        field("remote", &command::CreateSubflow::remote),
        field("remote_id", &command::CreateSubflow::remoteId),
        field("priority", &command::CreateSubflow::priority),
    };
};

template <>
struct Layout<command::DestroySubflow> {
    static constexpr auto kind = "destroy-subflow";
    static constexpr std::tuple fields{field("token", &command::DestroySubflow::token),
                                       field("tuple", &command::DestroySubflow::tuple)};
};

template <>
struct Layout<command::ResetSubflow> {
    static constexpr auto kind = "reset-subflow";
    static constexpr std::tuple fields{field("token", &command::ResetSubflow::token),
                                       field("tuple", &command::ResetSubflow::tuple),
                                       field("link", &command::ResetSubflow::link)};
};

template <>
struct Layout<command::CancelJoin> {
    static constexpr auto kind = "cancel-join";
    static constexpr std::tuple fields{
        field("token", &command::CancelJoin::token), field("local", &command::CancelJoin::local),
        field("remote", &command::CancelJoin::remote), field("form", &command::CancelJoin::form),
        field("link", &command::CancelJoin::link)};
};

template <>
struct Layout<command::SetPriority> {
    static constexpr auto kind = "set-priority";
    static constexpr std::tuple fields{field("token", &command::SetPriority::token),
                                       field("tuple", &command::SetPriority::tuple),
                                       field("priority", &command::SetPriority::priority)};
};

template <>
struct Layout<command::Announce> {
    static constexpr auto kind = "announce";
    static constexpr std::tuple fields{
        field("token", &command::Announce::token), field("local", &command::Announce::local),
        field("local_id", &command::Announce::localId), field("link", &command::Announce::link)};
};

template <>
struct Layout<command::RemoveAddress> {
    static constexpr auto kind = "remove-address";
    static constexpr std::tuple fields{field("token", &command::RemoveAddress::token),
                                       field("local_id", &command::RemoveAddress::localId)};
};

template <>
struct Layout<command::AskIds> {
    static constexpr auto kind = "ask-ids";
    static constexpr std::tuple fields{field("token", &command::AskIds::token)};
};

template <>
struct Layout<command::AskFacts> {
    static constexpr auto kind = "ask-facts";
    static constexpr std::tuple fields{field("token", &command::AskFacts::token)};
};

} // namespace subflowd::recording
