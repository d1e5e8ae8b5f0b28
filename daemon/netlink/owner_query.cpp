// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/owner_query.hpp"

#include "netlink/dump_socket.hpp"
#include "netlink/query_codec.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>

namespace subflowd::netlink {
namespace {

/// An answer has some 200 bytes.
constexpr std::size_t answerBytes = 4096;

} // namespace

OwnerQuery::OwnerQuery() : socket_(Socket::open(NETLINK_SOCK_DIAG)), buffer_(answerBytes) {
    socket_.capAcks();
}

std::optional<std::uint32_t> OwnerQuery::ownerOf(Token token) {
    alignas(nlmsghdr) std::array<std::byte, maxQueryBytes> question;
    const core::CommandId id{++sequence_};
    const auto length = encodeFactsQuery(id, token, question);
    if (::send(socket_.fd(), question.data(), length, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        return std::nullopt;
    std::optional<std::uint32_t> owner;
    for (bool answered = false; !answered;) {
        const auto datagram = readDatagram(socket_, buffer_);
        if (datagram.status != Datagram::Status::received)
            return std::nullopt;
        forEachMessage(datagram.bytes, [&](const Message& message) {
            if (message.header.nlmsg_seq != sequence_)
                return; // an answer that an earlier question did not wait for
            answered = true;
            if (const auto found = decodeSocket(message))
                owner = found->facts.owner;
        });
    }
    return owner;
}

} // namespace subflowd::netlink
