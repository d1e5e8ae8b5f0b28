// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/inquiry.hpp"

#include "netlink/ack_codec.hpp"
#include "netlink/dump_socket.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

namespace subflowd::netlink {
namespace {

constexpr auto patience = std::chrono::seconds(1);

} // namespace

Inquiry::Inquiry(int protocol) : socket_(Socket::open(protocol)), buffer_(datagramBufferSize) {
    socket_.capAcks();
}

int Inquiry::ask(std::vector<std::byte> request,
                 const std::function<void(const Message&)>& onMessage) {
    ++sequence_;
    std::memcpy(request.data() + offsetof(nlmsghdr, nlmsg_seq), &sequence_, sizeof sequence_);
    if (::send(socket_.fd(), request.data(), request.size(), 0) < 0)
        return errno;
    std::optional<int> end;
    while (!end) {
        if (!socket_.isReadable(patience))
            return ETIMEDOUT;
        const auto datagram = readDatagram(socket_, buffer_);
        if (datagram.error != 0)
            return datagram.error;
        forEachMessage(datagram.bytes, [&](const Message& message) {
            if (message.header.nlmsg_seq != sequence_ || end)
                return;
            if (const auto ack = decodeAck(message))
                end = ack->error;
            else
                onMessage(message);
        });
    }
    return *end;
}

} // namespace subflowd::netlink
