// SPDX-License-Identifier: BSD-3-Clause
#include "host.hpp"

#include "netlink/command_codec.hpp"
#include "netlink/event_codec.hpp"
#include "netlink/mptcp_uapi.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace subflowd::bench {

namespace {

namespace attribute = netlink::uapi::event_attribute;
namespace event = netlink::uapi::event;
using netlink::test::MessageBuilder;
using Address = std::array<std::uint8_t, 4>;

constexpr std::uint32_t links = 2;
constexpr std::uint32_t firstPort = 1024;
constexpr std::uint32_t portsOfServer = 64000;
constexpr std::uint16_t serverPort = 443;

/// Of a link's address.
Address local(std::uint32_t link) {
    return {10, 0, static_cast<std::uint8_t>(link), 1};
}

/// No two connections to one server have a port in common.
Address server(std::uint32_t number) {
    return {10, 9, 0, static_cast<std::uint8_t>(1 + number / portsOfServer)};
}

std::uint16_t port(std::uint32_t number) {
    return static_cast<std::uint16_t>(firstPort + number % portsOfServer);
}

MessageBuilder about(std::uint8_t kind, std::uint32_t number) {
    return MessageBuilder{kind}.add(attribute::token, number);
}

MessageBuilder aboutSubflow(std::uint8_t kind, std::uint32_t number, std::uint32_t link) {
    return about(kind, number)
        .add(attribute::family, std::uint16_t{AF_INET})
        .add(attribute::source4, local(link))
        .add(attribute::destination4, server(number))
        .add(attribute::sourcePort, htons(port(number)))
        .add(attribute::destinationPort, htons(serverPort));
}

MessageBuilder aboutJoin(std::uint8_t kind, std::uint32_t number) {
    return aboutSubflow(kind, number, 2)
        .add(attribute::localId, std::uint8_t{1})
        .add(attribute::remoteId, std::uint8_t{0})
        .add(attribute::backup, std::uint8_t{0});
}

IpAddress address(const Address& bytes) {
    return IpAddress::v4(bytes[0], bytes[1], bytes[2], bytes[3]);
}

core::FourTuple tuple(std::uint32_t number, std::uint32_t link) {
    return {{address(local(link)), port(number)}, {address(server(number)), serverPort}};
}

std::shared_ptr<const core::Configuration> configurationOf(Policy& policy) {
    auto configuration = std::make_shared<core::Configuration>();
    configuration->policies = {{"fullmesh", &policy}};
    configuration->rules = {{"default", {}, {0}}};
    return configuration;
}

} // namespace

Messages::Messages(std::uint32_t number)
    : created_(aboutSubflow(event::created, number, 1)),
      established_(aboutSubflow(event::established, number, 1)),
      joined_(aboutJoin(event::subflowEstablished, number)),
      initialEnded_(aboutSubflow(event::subflowClosed, number, 1)
                        .add(attribute::localId, std::uint8_t{0})
                        .add(attribute::remoteId, std::uint8_t{0})
                        .add(attribute::backup, std::uint8_t{0})),
      joinEnded_(aboutJoin(event::subflowClosed, number)),
      closed_(about(event::closed, number)) {}

std::vector<core::SnapshotPart> rows(std::uint32_t connections) {
    std::vector<core::SnapshotPart> parts;
    parts.reserve(3 * std::size_t{connections} + 2);
    parts.emplace_back(core::snapshot::Begun{core::snapshot::Occasion::eventsLost});
    for (std::uint32_t number = 1; number <= connections; ++number) {
        const Token token{number};
        parts.emplace_back(core::snapshot::Connection{token, tuple(number, 1), {}});
        for (std::uint32_t link = 1; link <= links; ++link) {
            core::snapshot::Subflow subflow;
            subflow.token = token;
            subflow.tuple = tuple(number, link);
            subflow.localId = static_cast<AddressId>(link - 1);
            subflow.initial = link == 1;
            subflow.openedHere = true;
            subflow.fullyEstablished = true;
            parts.emplace_back(subflow);
        }
    }
    parts.emplace_back(core::snapshot::Ended{});
    return parts;
}

Host::Host() : engine_(configurationOf(policy_)) {
    for (std::uint32_t i = 1; i <= links; ++i) {
        const LinkIndex link{i};
        step(core::NetworkChange{core::network::Link{link, "eth" + std::to_string(i),
                                                     LinkKind::ethernet, true, true, noLink}});
        step(core::NetworkChange{
            core::network::Address{link, address(local(i)), 24, false, false, false}});
        step(core::NetworkChange{core::network::Route{link, {}, {}, 254, 0}});
    }
    while (step(core::Tick{}).wake <= now_) {
    }
}

/// As the kernel has it: an answer comes before the event that it leads to.
void Host::open(const Messages& messages) {
    hear(messages.created());
    hear(messages.established());
    for (const auto command : std::exchange(unanswered_, {}))
        perform(step(core::CommandFinished{command, {}, 0, {}, {}, {}, {}}));
    hear(messages.joined());
}

void Host::close(const Messages& messages) {
    hear(messages.joinEnded());
    hear(messages.initialEnded());
    hear(messages.closed());
}

void Host::openUpTo(std::uint32_t connections) {
    for (std::uint32_t number = 1; number <= connections; ++number)
        open(Messages{number});
}

void Host::hear(std::span<const std::byte> message) {
    const auto decoded = netlink::decode(message);
    if (!decoded.event)
        throw std::logic_error("a message that the daemon does not understand");
    perform(engine_.step(now_, *decoded.event));
}

void Host::perform(const core::Outcome& outcome) {
    alignas(4) std::array<std::byte, netlink::maxCommandBytes> buffer;
    for (const auto& command : outcome.commands) {
        unanswered_.push_back(command.id);
        sent_ += netlink::encode(netlink::FamilyId{MessageBuilder::family}, command, buffer);
    }
}

} // namespace subflowd::bench
