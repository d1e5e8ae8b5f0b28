// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/event.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/ids.hpp>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// What the core asks of the kernel: one struct a command. Sent in order, never waited for; each
/// ends in exactly one CommandFinished with the same id.
namespace subflowd::core {

/// Numbers commands from 1; wraps. The netlink sequence number of the request.
enum class CommandId : std::uint32_t {};

namespace command {

/// MPTCP_PM_CMD_SUBFLOW_CREATE. Its ack means "SYN sent"; the result is an event.
struct CreateSubflow {
    Token token{};
    IpAddress local;
    AddressId localId{};
    LinkIndex link = noLink;     ///< binds the subflow to the link (MPTCP_PM_ADDR_ATTR_IF_IDX)
    std::uint16_t localPort = 0; ///< host byte order; 0: the kernel chooses
    Endpoint remote;
    AddressId remoteId{};
    Priority priority = Priority::regular;

    friend bool operator==(const CreateSubflow&, const CreateSubflow&) = default;
};

/// MPTCP_PM_CMD_SUBFLOW_DESTROY: closes a subflow in good order.
struct DestroySubflow {
    Token token{};
    FourTuple tuple;

    friend bool operator==(const DestroySubflow& a, const DestroySubflow& b) {
        return a.token == b.token && a.tuple == b.tuple && a.tuple.form == b.tuple.form;
    }
};

/// SOCK_DESTROY of inet_diag on the subflow's TCP socket: resets it and leaves the kernel's
/// table of address ids alone, which DestroySubflow does not (K15).
struct ResetSubflow {
    Token token{};
    FourTuple tuple;
    LinkIndex link = noLink; ///< of the local address: without it a bound subflow is not found

    friend bool operator==(const ResetSubflow& a, const ResetSubflow& b) {
        return a.token == b.token && a.tuple == b.tuple && a.tuple.form == b.tuple.form &&
               a.link == b.link;
    }
};

/// SOCK_DESTROY of inet_diag on a join that nobody answered (SYN-SENT), which no 4-tuple can name
/// because the kernel chose its port (K24). Refused with ENOENT if there is no such join.
struct CancelJoin {
    Token token{};
    IpAddress local;
    Endpoint remote;
    AddressForm form = AddressForm::plain;
    LinkIndex link = noLink; ///< of the local address: the join is bound to it

    friend bool operator==(const CancelJoin&, const CancelJoin&) = default;
};

/// MPTCP_PM_CMD_SET_FLAGS with a token: sends MP_PRIO on the subflow.
struct SetPriority {
    Token token{};
    FourTuple tuple;
    Priority priority = Priority::regular;

    friend bool operator==(const SetPriority&, const SetPriority&) = default;
};

/// MPTCP_PM_CMD_ANNOUNCE: sends ADD_ADDR.
struct Announce {
    Token token{};
    Endpoint local; ///< port 0: the connection's own
    AddressId localId{};
    LinkIndex link = noLink;

    friend bool operator==(const Announce&, const Announce&) = default;
};

/// MPTCP_PM_CMD_REMOVE: sends RM_ADDR.
struct RemoveAddress {
    Token token{};
    AddressId localId{};

    friend bool operator==(const RemoveAddress&, const RemoveAddress&) = default;
};

/// MPTCP_PM_CMD_GET_ADDR dump with a token: which id the kernel gave to which local address.
/// Answered by CommandFinished::ids.
struct AskIds {
    Token token{};
    friend bool operator==(const AskIds&, const AskIds&) = default;
};

/// inet_diag for one token: owner, mark, cgroup, bound device. Answered by
/// CommandFinished::facts.
struct AskFacts {
    Token token{};
    friend bool operator==(const AskFacts&, const AskFacts&) = default;
};

} // namespace command

using Command = std::variant<command::CreateSubflow, command::DestroySubflow, command::ResetSubflow,
                             command::CancelJoin, command::SetPriority, command::Announce,
                             command::RemoveAddress, command::AskIds, command::AskFacts>;

struct IssuedCommand {
    CommandId id{};
    Command command;

    friend bool operator==(const IssuedCommand&, const IssuedCommand&) = default;
};

/// What a refusal means where errno alone does not tell. The adapter reads the kernel's extended
/// ack for it, in one place.
enum class Refusal : std::uint8_t {
    none,          ///< the command was carried out
    byErrno,       ///< only `error` tells
    unknownToken,  ///< no such connection in this namespace
    kernelManaged, ///< the connection belongs to the in-kernel path manager
    idMismatch,    ///< the address is known under another id, or the id under another address
    unanswered,    ///< no ack within the deadline, or the ack was lost
};

/// An entry of the kernel's per-connection table of local addresses.
struct KnownId {
    Endpoint local;
    AddressId id{};
    friend bool operator==(const KnownId&, const KnownId&) = default;
};

/// The end of a command.
struct CommandFinished {
    CommandId id{};
    Refusal refusal = Refusal::none;
    int error = 0;                        ///< errno, positive; 0 if the command was carried out
    std::string message;                  ///< the kernel's extended-ack text, if any
    std::vector<KnownId> ids;             ///< of AskIds
    std::optional<ConnectionFacts> facts; ///< of AskFacts
    std::string controlGroup;             ///< the path of facts->cgroup, if somebody looked it up

    friend bool operator==(const CommandFinished&, const CommandFinished&) = default;
};

} // namespace subflowd::core
