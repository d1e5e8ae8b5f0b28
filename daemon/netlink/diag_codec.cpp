// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/diag_codec.hpp"

#include "netlink/diag_row.hpp"
#include "netlink/diag_uapi.hpp"
#include "netlink/message_writer.hpp"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>
#include <string_view>

namespace subflowd::netlink {
namespace {

namespace diag = uapi::diag;

struct ConnectionInfo {
    Token token{};
    std::uint32_t flags = 0;
};

/// The part of struct mptcp_info (attribute INET_DIAG_INFO) that counts here.
std::optional<ConnectionInfo> connectionInfo(Bytes attributes) {
    std::optional<ConnectionInfo> info;
    forEachAttribute(attributes, [&info](std::uint16_t type, Bytes value) {
        const auto token = readAs<std::uint32_t>(after(value, diag::info::tokenOffset));
        const auto flags = readAs<std::uint32_t>(after(value, diag::info::flagsOffset));
        if (type == INET_DIAG_INFO && token && flags)
            info = ConnectionInfo{Token{*token}, *flags};
    });
    return info;
}

/// Whether the application still holds the connection, see the head of diag_codec.hpp.
bool isOpen(const inet_diag_msg& header) {
    switch (header.idiag_state) {
    case diag::state::established:
    case diag::state::closeWait:
        return true;
    case diag::state::finWait1:
    case diag::state::finWait2:
    case diag::state::closing:
    case diag::state::lastAck:
        return header.idiag_inode != 0;
    default:
        return false;
    }
}

/// What the attributes MPTCP_SUBFLOW_ATTR_* say.
struct SubflowInfo {
    Token token{};
    std::uint32_t flags = 0;
    AddressId localId{};
    AddressId remoteId{};
};

SubflowInfo subflowInfo(Bytes attributes) {
    namespace attribute = diag::subflow_attribute;
    SubflowInfo info;
    forEachAttribute(attributes, [&info](std::uint16_t type, Bytes value) {
        if (type == attribute::localToken)
            info.token = Token{readAs<std::uint32_t>(value).value_or(0)};
        else if (type == attribute::flags)
            info.flags = readAs<std::uint32_t>(value).value_or(0);
        else if (type == attribute::remoteId)
            info.remoteId = AddressId{readAs<std::uint8_t>(value).value_or(0)};
        else if (type == attribute::localId)
            info.localId = AddressId{readAs<std::uint8_t>(value).value_or(0)};
    });
    return info;
}

core::snapshot::Subflow subflowOf(const DiagRow& row, const SubflowInfo& info) {
    namespace flag = diag::subflow_flag;
    const auto has = [&info](std::uint32_t flags) { return (info.flags & flags) != 0; };
    const auto priority = [&has](std::uint32_t backup) {
        return has(backup) ? Priority::backup : Priority::regular;
    };
    core::snapshot::Subflow subflow;
    subflow.token = info.token;
    subflow.tuple = row.tuple;
    subflow.localId = info.localId;
    subflow.remoteId = info.remoteId;
    if (row.header.idiag_state == diag::state::synSent)
        subflow.state = SubflowState::pending;
    subflow.priority = priority(flag::backupAskedHere);
    subflow.peerPriority = priority(flag::backupAskedByPeer);
    subflow.initial = !has(flag::joinReceived | flag::joinSent);
    subflow.openedHere = has(flag::capableSent | flag::joinSent);
    subflow.fullyEstablished = has(flag::fullyEstablished);
    subflow.boundTo = LinkIndex{row.header.id.idiag_if};
    return subflow;
}

constexpr std::uint32_t bit(std::uint8_t state) {
    return 1U << state;
}

constexpr std::uint32_t connectionStates = bit(diag::state::established) |
                                           bit(diag::state::finWait1) | bit(diag::state::finWait2) |
                                           bit(diag::state::closeWait) | bit(diag::state::lastAck) |
                                           bit(diag::state::listen) | bit(diag::state::closing);

constexpr std::uint32_t subflowStates =
    bit(diag::state::established) | bit(diag::state::synSent) | bit(diag::state::closeWait);

bool isOfConnections(DiagDump dump) {
    return dump == DiagDump::connectionsIpv4 || dump == DiagDump::connectionsIpv6;
}

bool isIpv4(DiagDump dump) {
    return dump == DiagDump::connectionsIpv4 || dump == DiagDump::subflowsIpv4;
}

} // namespace

void decodeConnectionRow(const Message& message, std::vector<core::SnapshotPart>& parts) {
    const auto row = diagRow(message);
    if (!row)
        return;
    if (row->header.idiag_state == diag::state::listen) {
        parts.emplace_back(core::snapshot::Listener{row->tuple.local});
        return;
    }
    const auto info = connectionInfo(row->attributes);
    if (!info || info->token == Token{} || (info->flags & diag::info::fallback) != 0)
        return;
    if (isOpen(row->header))
        parts.emplace_back(core::snapshot::Connection{info->token, row->tuple, std::nullopt});
}

std::optional<SocketOwner> decodeOwner(const Message& message) {
    const auto row = diagRow(message);
    const auto info = row ? connectionInfo(row->attributes) : std::nullopt;
    if (!info || info->token == Token{} || row->header.idiag_state == diag::state::listen)
        return std::nullopt;
    return SocketOwner{info->token, row->header.idiag_uid};
}

std::optional<core::snapshot::Subflow> decodeSubflow(const Message& message) {
    const auto row = diagRow(message);
    if (!row || (subflowStates & bit(row->header.idiag_state & 0x1f)) == 0)
        return std::nullopt;
    const auto ulp = findAttribute(row->attributes, INET_DIAG_ULP_INFO);
    const auto info = subflowInfo(findAttribute(ulp, INET_ULP_INFO_MPTCP));
    return info.token != Token{} ? std::optional{subflowOf(*row, info)} : std::nullopt;
}

void decodeSubflowRow(const Message& row, std::vector<core::SnapshotPart>& parts) {
    if (const auto subflow = decodeSubflow(row))
        parts.emplace_back(*subflow);
}

void decodeDiagRow(DiagDump dump, const Message& row, std::vector<core::SnapshotPart>& parts) {
    if (isOfConnections(dump))
        decodeConnectionRow(row, parts);
    else
        decodeSubflowRow(row, parts);
}

std::vector<std::byte> diagDumpRequest(DiagDump dump) {
    const bool ofConnections = isOfConnections(dump);
    inet_diag_req_v2 socket{};
    socket.sdiag_family = isIpv4(dump) ? AF_INET : AF_INET6;
    socket.sdiag_protocol = ofConnections ? IPPROTO_RAW : IPPROTO_TCP;
    // TCP sends INET_DIAG_ULP_INFO only to who asks for INET_DIAG_INFO.
    socket.idiag_ext = 1U << (INET_DIAG_INFO - 1);
    socket.idiag_states = ofConnections ? connectionStates : subflowStates;
    socket.id.idiag_cookie[0] = socket.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return writtenMessage(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, [&](MessageWriter& message) {
        message.putFixed(socket);
        if (ofConnections)
            message.put(INET_DIAG_REQ_PROTOCOL, diag::mptcpProtocol);
    });
}

} // namespace subflowd::netlink
