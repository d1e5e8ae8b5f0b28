// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "netlink/command_port.hpp"
#include "netlink/socket_pair.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <vector>

/// A CommandPort with a test in the part of the kernel.
namespace subflowd::netlink::test {

inline constexpr FamilyId family{28};
inline constexpr Instant queuedAt{std::chrono::seconds{100}};

template <class... Parts>
std::vector<std::byte> message(std::uint16_t type, std::uint32_t id, const Parts&... parts) {
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>((sizeof header + ... + sizeof parts));
    header.nlmsg_type = type;
    header.nlmsg_seq = id;
    std::vector<std::byte> bytes(sizeof header);
    std::memcpy(bytes.data(), &header, sizeof header);
    const auto append = [&bytes](const auto& part) {
        const auto* from = reinterpret_cast<const std::byte*>(&part);
        bytes.insert(bytes.end(), from, from + sizeof part);
    };
    (append(parts), ...);
    return bytes;
}

inline std::vector<std::byte> ack(std::uint32_t id, int error = 0) {
    nlmsgerr body{};
    body.error = -error;
    return message(NLMSG_ERROR, id, body);
}

inline std::vector<core::CommandId> idsOf(Bytes datagram) {
    std::vector<core::CommandId> ids;
    forEachMessage(datagram, [&ids](const Message& request) {
        ids.push_back(core::CommandId{request.header.nlmsg_seq});
    });
    return ids;
}

class CommandPortTest : public testing::Test {
  protected:
    void send(std::vector<core::IssuedCommand> commands, Instant now = queuedAt) {
        port_.queue(commands, now);
        port_.send();
    }

    std::vector<core::CommandFinished> receive() {
        std::vector<core::CommandFinished> finished;
        port_.receive(finished);
        return finished;
    }

    std::vector<core::CommandFinished> expire(Instant now) {
        std::vector<core::CommandFinished> finished;
        port_.expire(now, finished);
        return finished;
    }

    SocketPair commands_ = SocketPair::open();
    SocketPair queries_ = SocketPair::open();
    CommandPort port_{family, Socket(::dup(commands_.daemon.fd())),
                      Socket(::dup(queries_.daemon.fd()))};
};

} // namespace subflowd::netlink::test
