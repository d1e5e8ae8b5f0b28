// SPDX-License-Identifier: BSD-3-Clause
// The least that a path manager in userspace can do: for each connection of a client that is
// established, one join from an address to the server's, and nothing is remembered. What subflowd
// takes beyond this is what its features cost. Not for use.
#include "netlink/command_codec.hpp"
#include "netlink/control.hpp"
#include "netlink/event_socket.hpp"
#include "netlink/socket.hpp"

#include <subflowd/address_text.hpp>

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <variant>

namespace {

using namespace subflowd;

constexpr std::size_t eventBuffer = 32U << 20U;

/// The id of the address on every connection.
constexpr AddressId localId{1};

class Reactor {
  public:
    Reactor(const netlink::KernelFeatures& kernel, const IpAddress& local)
        : family_(kernel.family),
          local_(local),
          events_(kernel.family, kernel.events, eventBuffer),
          commands_(netlink::Socket::open(NETLINK_GENERIC)) {
        commands_.bind();
        commands_.capAcks();
    }

    [[noreturn]] void run() {
        pollfd ready{events_.fd(), POLLIN, 0};
        while (true) {
            poll(&ready, 1, -1);
            drain();
        }
    }

  private:
    void drain() {
        netlink::Drained drained;
        do {
            drained = events_.drain();
            for (const auto& event : drained.events)
                if (const auto* established = std::get_if<core::event::Established>(&event))
                    join(*established);
        } while (drained.queue == netlink::Queue::mayHoldMore);
    }

    void join(const core::event::Established& connection) {
        if (connection.side != Side::client)
            return;
        core::command::CreateSubflow create;
        create.token = connection.token;
        create.local = local_;
        create.localId = localId;
        create.remote = connection.initial.remote;
        alignas(4) std::array<std::byte, netlink::maxCommandBytes> buffer;
        const auto size = netlink::encode(family_, {core::CommandId{++sent_}, create}, buffer);
        send(commands_.fd(), buffer.data(), size, 0);
        // the kernel answers while it takes a command
        std::array<std::byte, 512> answer;
        recv(commands_.fd(), answer.data(), answer.size(), MSG_DONTWAIT);
    }

    netlink::FamilyId family_;
    IpAddress local_;
    netlink::EventSocket events_;
    netlink::Socket commands_;
    std::uint32_t sent_ = 0;
};

} // namespace

int main(int count, char** arguments) {
    const auto local = count == 2 ? parseAddress(arguments[1]) : std::nullopt;
    if (!local) {
        std::fputs("usage: bench-reactor ADDRESS\n", stderr);
        return EXIT_FAILURE;
    }
    Reactor reactor{netlink::resolveKernel(), *local};
    std::puts("ready");
    std::fflush(stdout);
    reactor.run();
}
