// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>
#include <subflowd/connection.hpp>
#include <subflowd/ids.hpp>
#include <subflowd/link.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What an operator asks of the daemon: one struct a request. Each ends in exactly one
/// RequestFinished with the same id.
namespace subflowd::core {

/// Numbers requests; chosen by whoever asks.
enum class RequestId : std::uint32_t {};

namespace request {

/// Which paths or subflows of a connection: what is left out fits any.
struct PathName {
    std::optional<IpAddress> local;
    std::uint16_t localPort = 0; ///< of a subflow; 0: any
    LinkIndex link = noLink;
    std::optional<IpAddress> remote;
    std::uint16_t remotePort = 0; ///< 0: any

    friend bool operator==(const PathName&, const PathName&) = default;
};

/// A subflow on a path, which stays wanted. Without a remote: to the initial one; without its
/// port: to the initial one's.
struct CreateSubflow {
    Token token{};
    PathName path;
    Priority priority = Priority::regular;

    friend bool operator==(const CreateSubflow&, const CreateSubflow&) = default;
};

/// No subflow on the path of a subflow, until it is released.
struct DestroySubflow {
    Token token{};
    PathName path;

    friend bool operator==(const DestroySubflow&, const DestroySubflow&) = default;
};

/// The priority of every subflow on the path of a subflow, now and later.
struct SetPriority {
    Token token{};
    PathName path;
    Priority priority = Priority::regular;

    friend bool operator==(const SetPriority&, const SetPriority&) = default;
};

/// Announces a local address; port 0: the connection's own.
struct Announce {
    Token token{};
    Endpoint local;

    friend bool operator==(const Announce&, const Announce&) = default;
};

struct Withdraw {
    Token token{};
    Endpoint local;

    friend bool operator==(const Withdraw&, const Withdraw&) = default;
};

/// Other policies for one connection, in this order.
struct SetPolicies {
    Token token{};
    std::vector<std::string> policies;

    friend bool operator==(const SetPolicies&, const SetPolicies&) = default;
};

/// The policies of the connection's rule again.
struct ResetPolicies {
    Token token{};

    friend bool operator==(const ResetPolicies&, const ResetPolicies&) = default;
};

/// Forgets why paths are not tried now.
struct Retry {
    Token token{};
    PathName path;

    friend bool operator==(const Retry&, const Retry&) = default;
};

/// Forgets what was ordered of paths; of the whole connection if none is named.
struct Release {
    Token token{};
    PathName path;

    friend bool operator==(const Release&, const Release&) = default;
};

/// Another role of a link than the configured one; nothing: the configured one again.
struct SetRole {
    LinkIndex link = noLink;
    std::optional<Role> role;

    friend bool operator==(const SetRole&, const SetRole&) = default;
};

enum class Draining : std::uint8_t { begins, ends };

/// Takes all subflows from a link, each as soon as another carries; or lets them come again.
struct Drain {
    LinkIndex link = noLink;
    Draining draining = Draining::begins;

    friend bool operator==(const Drain&, const Drain&) = default;
};

} // namespace request

using Request =
    std::variant<request::CreateSubflow, request::DestroySubflow, request::SetPriority,
                 request::Announce, request::Withdraw, request::SetPolicies, request::ResetPolicies,
                 request::Retry, request::Release, request::SetRole, request::Drain>;

/// Somebody asks.
struct Requested {
    RequestId id{};
    Request request;

    friend bool operator==(const Requested&, const Requested&) = default;
};

enum class RequestResult : std::uint8_t {
    done, ///< and the kernel took the command, where there is one: for a subflow "SYN sent"
    noSuchConnection,
    notManaged,     ///< the kernel manages the connection, or the daemon only looks on
    notEstablished, ///< the connection cannot have other subflows yet
    noSuchLink,
    noSuchAddress, ///< this host has no such address, or none on that link
    noSuchSubflow,
    noSuchPath,
    ambiguous, ///< subflows on more than one path are called so
    notAnnounced,
    noSuchPolicy,
    nothingOrdered, ///< there is nothing to release
    refused,        ///< the protocol, [Guard], or the role of the link forbids it
    limitReached,
    kernelRefused, ///< `error` and the kernel's own words
    unanswered,    ///< the kernel did not answer in time, or there was nothing to ask it yet
};

/// The end of a request. What was not done is not ordered either.
struct RequestFinished {
    RequestId id{};
    RequestResult result = RequestResult::done;
    int error = 0;       ///< errno, positive; 0 if the kernel was not asked, or did it
    std::string message; ///< of kernelRefused: the extended ack; else why not, as half a sentence

    friend bool operator==(const RequestFinished&, const RequestFinished&) = default;
};

} // namespace subflowd::core
