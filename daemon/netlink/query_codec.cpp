// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/query_codec.hpp"

#include "netlink/diag_uapi.hpp"
#include "netlink/message_writer.hpp"
#include "netlink/v4_mapped.hpp"

#include <arpa/inet.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>

#include <array>
#include <cstring>

namespace subflowd::netlink {
namespace {

// include/uapi/linux/inet_diag.h
constexpr std::uint32_t anyState = ~std::uint32_t{0};
constexpr std::uint8_t protocolInAttribute = 255; // IPPROTO_RAW; INET_DIAG_REQ_PROTOCOL counts

MessageWriter begin(core::CommandId id, std::uint16_t type, std::uint16_t flags,
                    std::span<std::byte> buffer) {
    return {buffer, type, flags, static_cast<std::uint32_t>(id)};
}

inet_diag_req_v2 requestFor(std::uint8_t family, std::uint8_t protocol) {
    inet_diag_req_v2 request{};
    request.sdiag_family = family;
    request.sdiag_protocol = protocol;
    request.idiag_states = anyState;
    return request;
}

void putAddress(const IpAddress& address, core::AddressForm form, std::span<std::uint32_t, 4> to) {
    const bool mapped = address.family() == Family::ipv4 && form == core::AddressForm::mapped;
    const auto bytes = mapped ? v4Mapped(address) : address.bytes();
    std::memcpy(to.data(), bytes.data(), bytes.size());
}

IpAddress diagAddressOf(std::uint8_t family, std::span<const std::uint32_t, 4> from) {
    std::array<std::uint8_t, 16> bytes{};
    std::memcpy(bytes.data(), from.data(), bytes.size());
    return family == AF_INET ? IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3])
                             : IpAddress::v6(bytes);
}

std::uint8_t familyOf(const IpAddress& address, core::AddressForm form) {
    const bool v4 = address.family() == Family::ipv4;
    return v4 && form == core::AddressForm::plain ? AF_INET : AF_INET6;
}

void readFacts(const inet_diag_msg& socket, Bytes attributes, ConnectionFacts& facts) {
    facts.owner = socket.idiag_uid;
    facts.boundDevice = LinkIndex{socket.id.idiag_if};
    forEachAttribute(attributes, [&facts](std::uint16_t type, Bytes value) {
        if (type == INET_DIAG_MARK)
            facts.mark = readAs<std::uint32_t>(value).value_or(0);
        else if (type == INET_DIAG_CGROUP_ID)
            facts.cgroup = readAs<std::uint64_t>(value).value_or(0);
    });
}

} // namespace

std::size_t encodeFactsQuery(core::CommandId id, Token token, std::span<std::byte> buffer) {
    auto message = begin(id, SOCK_DIAG_BY_FAMILY, 0, buffer);
    // the token alone counts: AF_INET finds the sockets of AF_INET6, too
    auto request = requestFor(AF_INET, protocolInAttribute);
    request.id.idiag_cookie[0] = static_cast<std::uint32_t>(token);
    message.putFixed(request);
    message.put(INET_DIAG_REQ_PROTOCOL, uapi::diag::mptcpProtocol);
    return message.finish();
}

std::size_t encodeLookup(core::CommandId id, const core::command::ResetSubflow& reset,
                         std::span<std::byte> buffer) {
    auto message = begin(id, SOCK_DIAG_BY_FAMILY, 0, buffer);
    auto request = requestFor(familyOf(reset.tuple.local.address, reset.tuple.form), IPPROTO_TCP);
    auto& identity = request.id;
    identity.idiag_sport = htons(reset.tuple.local.port);
    identity.idiag_dport = htons(reset.tuple.remote.port);
    putAddress(reset.tuple.local.address, reset.tuple.form, identity.idiag_src);
    putAddress(reset.tuple.remote.address, reset.tuple.form, identity.idiag_dst);
    identity.idiag_if = static_cast<std::uint32_t>(reset.link);
    identity.idiag_cookie[0] = identity.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    message.putFixed(request);
    return message.finish();
}

std::uint8_t familyOf(const core::command::CancelJoin& join) {
    return familyOf(join.local, join.form);
}

std::size_t encodeJoinDump(core::CommandId id, std::uint8_t family, std::span<std::byte> buffer) {
    auto message = begin(id, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, buffer);
    auto request = requestFor(family, IPPROTO_TCP);
    request.idiag_states = 1U << TCP_SYN_SENT;
    // TCP sends INET_DIAG_ULP_INFO, which has the token, only to who asks for INET_DIAG_INFO
    request.idiag_ext = 1U << (INET_DIAG_INFO - 1);
    message.putFixed(request);
    return message.finish();
}

std::size_t encodeDestroy(const FoundSocket& socket, std::span<std::byte> buffer) {
    auto message = begin(socket.id, SOCK_DESTROY, NLM_F_ACK, buffer);
    auto request = requestFor(socket.family, IPPROTO_TCP);
    request.id = socket.identity;
    message.putFixed(request);
    return message.finish();
}

std::optional<FoundSocket> decodeSocket(const Message& message) {
    const auto found = readAs<inet_diag_msg>(message.payload);
    if (message.header.nlmsg_type != SOCK_DIAG_BY_FAMILY || !found)
        return std::nullopt;
    FoundSocket socket;
    socket.id = core::CommandId{message.header.nlmsg_seq};
    socket.family = found->idiag_family;
    socket.state = found->idiag_state;
    socket.identity = found->id;
    socket.tuple.local = {diagAddressOf(found->idiag_family, found->id.idiag_src),
                          ntohs(found->id.idiag_sport)};
    socket.tuple.remote = {diagAddressOf(found->idiag_family, found->id.idiag_dst),
                           ntohs(found->id.idiag_dport)};
    readFacts(*found, afterAligned(message.payload, sizeof *found), socket.facts);
    return socket;
}

bool isSubflow(const FoundSocket& socket, const core::FourTuple& tuple) {
    return socket.state != TCP_LISTEN && socket.state != TCP_TIME_WAIT && socket.tuple == tuple;
}

} // namespace subflowd::netlink
