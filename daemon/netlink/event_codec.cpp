// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/event_codec.hpp"

#include "netlink/attributes.hpp"
#include "netlink/mptcp_uapi.hpp"

#include <arpa/inet.h>
#include <linux/genetlink.h>

#include <algorithm>
#include <array>
#include <limits>

namespace subflowd::netlink {
namespace {

namespace event_attribute = uapi::event_attribute;

/// The attributes of one event by type, and the first problem met while reading them.
class Attributes {
  public:
    explicit Attributes(Bytes payload) {
        const auto walk = forEachAttribute(payload, [this](std::uint16_t type, Bytes value) {
            if (type <= event_attribute::last)
                values_[type] = value;
        });
        if (walk == Walk::brokenOff)
            problem_ = DecodeProblem::malformed;
    }

    DecodeProblem problem() const { return problem_; }

    bool has(std::uint16_t type) const { return values_[type].data() != nullptr; }

    template <class Value>
    Value optional(std::uint16_t type, Value otherwise = {}) {
        return has(type) ? read<Value>(type) : otherwise;
    }

    template <class Value>
    Value required(std::uint16_t type) {
        if (has(type))
            return read<Value>(type);
        note(DecodeProblem::missingAttribute);
        return {};
    }

    Token token() { return Token{required<std::uint32_t>(event_attribute::token)}; }

    AddressId id(std::uint16_t type) { return AddressId{required<std::uint8_t>(type)}; }

    Endpoint source() {
        return {address(event_attribute::source4), port(event_attribute::sourcePort)};
    }

    Endpoint destination() {
        return {address(event_attribute::destination4), port(event_attribute::destinationPort)};
    }

    core::FourTuple tuple() {
        core::FourTuple tuple;
        tuple.local = source();
        tuple.remote = destination();
        if (isMapped(event_attribute::source4) || isMapped(event_attribute::destination4))
            tuple.form = core::AddressForm::mapped;
        return tuple;
    }

  private:
    using V6Bytes = std::array<std::uint8_t, 16>;

    void note(DecodeProblem problem) {
        if (problem_ == DecodeProblem::none)
            problem_ = problem;
    }

    template <class Value>
    Value read(std::uint16_t type) {
        const auto value = readAs<Value>(values_[type]);
        if (!value)
            note(DecodeProblem::malformed);
        return value.value_or(Value{});
    }

    std::uint16_t port(std::uint16_t type) { return ntohs(required<std::uint16_t>(type)); }

    /// The IPv6 attribute follows the IPv4 one. Which of them is there tells the family:
    /// MPTCP_ATTR_FAMILY is not in every event.
    IpAddress address(std::uint16_t typeV4) {
        const auto typeV6 = static_cast<std::uint16_t>(typeV4 + 1);
        if (has(typeV6))
            return IpAddress::v6(read<V6Bytes>(typeV6));
        return IpAddress::v4(required<std::array<std::uint8_t, 4>>(typeV4));
    }

    bool isMapped(std::uint16_t typeV4) const {
        const auto bytes = readAs<V6Bytes>(values_[typeV4 + std::size_t{1}]);
        return bytes && IpAddress::isV4Mapped(*bytes);
    }

    std::array<Bytes, event_attribute::last + 1> values_{};
    DecodeProblem problem_ = DecodeProblem::none;
};

static_assert(event_attribute::source6 == event_attribute::source4 + 1 &&
              event_attribute::destination6 == event_attribute::destination4 + 1);

Side sideOf(Attributes& attributes) {
    const auto flags = attributes.optional<std::uint16_t>(event_attribute::flags);
    const bool server = (flags & uapi::event_flag::serverSide) != 0 ||
                        attributes.optional<std::uint8_t>(event_attribute::serverSide) != 0;
    return server ? Side::server : Side::client;
}

/// The kernel omits FLAGS when they are 0, and kernels before 6.17 do not know them. What tells
/// the two apart is SERVER_SIDE, which only kernels before 6.18 send with the value 0.
JoinInitial joinInitialOf(Attributes& attributes, Side side) {
    const auto flags = attributes.optional<std::uint16_t>(event_attribute::flags);
    if ((flags & uapi::event_flag::denyJoinId0) != 0)
        return JoinInitial::denied;
    if (side == Side::server || attributes.has(event_attribute::flags) ||
        !attributes.has(event_attribute::serverSide))
        return JoinInitial::allowed;
    return JoinInitial::unknown;
}

template <class Event>
Event connection(Attributes& attributes) {
    Event event;
    event.token = attributes.token();
    event.side = sideOf(attributes);
    event.joinInitial = joinInitialOf(attributes, event.side);
    event.initial = attributes.tuple();
    return event;
}

Priority peerPriorityOf(Attributes& attributes) {
    return attributes.optional<std::uint8_t>(event_attribute::backup) != 0 ? Priority::backup
                                                                           : Priority::regular;
}

LinkIndex boundTo(Attributes& attributes) {
    const auto index = attributes.optional<std::int32_t>(event_attribute::interfaceIndex);
    return index > 0 ? LinkIndex{static_cast<std::uint32_t>(index)} : noLink;
}

template <class Event>
Event subflow(Attributes& attributes) {
    Event event;
    event.token = attributes.token();
    event.tuple = attributes.tuple();
    event.localId = attributes.id(event_attribute::localId);
    event.remoteId = attributes.id(event_attribute::remoteId);
    event.peerPriority = peerPriorityOf(attributes);
    event.boundTo = boundTo(attributes);
    return event;
}

/// RFC 8684 §3.6 has eight bits for the reason, the attribute 32.
std::optional<std::uint8_t> resetReasonOf(Attributes& attributes) {
    if (!attributes.has(event_attribute::resetReason))
        return std::nullopt;
    constexpr std::uint32_t most = std::numeric_limits<std::uint8_t>::max();
    const auto reason = attributes.optional<std::uint32_t>(event_attribute::resetReason);
    return static_cast<std::uint8_t>(std::min(reason, most));
}

core::event::SubflowClosed subflowClosed(Attributes& attributes) {
    auto event = subflow<core::event::SubflowClosed>(attributes);
    event.error = attributes.optional<std::uint8_t>(event_attribute::error);
    event.resetReason = resetReasonOf(attributes);
    const auto flags = attributes.optional<std::uint32_t>(event_attribute::resetFlags);
    event.resetTransient = (flags & uapi::resetTransient) != 0;
    return event;
}

std::optional<core::KernelEvent> read(std::uint8_t type, Attributes& attributes) {
    namespace event = core::event;
    switch (type) {
    case uapi::event::created:
        return connection<event::Created>(attributes);
    case uapi::event::established:
        return connection<event::Established>(attributes);
    case uapi::event::closed:
        return event::Closed{attributes.token()};
    case uapi::event::announced:
        return event::Announced{attributes.token(), attributes.id(event_attribute::remoteId),
                                attributes.destination()};
    case uapi::event::removed:
        return event::Removed{attributes.token(), attributes.id(event_attribute::remoteId)};
    case uapi::event::subflowEstablished:
        return subflow<event::SubflowEstablished>(attributes);
    case uapi::event::subflowClosed:
        return subflowClosed(attributes);
    case uapi::event::subflowPriority:
        return subflow<event::SubflowPriority>(attributes);
    case uapi::event::listenerCreated:
        return event::Listener{event::Listener::Change::opened, attributes.source()};
    case uapi::event::listenerClosed:
        return event::Listener{event::Listener::Change::closed, attributes.source()};
    default:
        return std::nullopt;
    }
}

Decoded failed(DecodeProblem problem) {
    return {std::nullopt, problem};
}

} // namespace

Decoded decode(std::span<const std::byte> bytes) {
    const auto message = Message::first(bytes);
    if (!message)
        return failed(DecodeProblem::malformed);
    const auto genl = readAs<genlmsghdr>(message->payload);
    if (message->header.nlmsg_type < NLMSG_MIN_TYPE || !genl)
        return failed(DecodeProblem::notAnEvent);
    Attributes attributes(afterAligned(message->payload, sizeof *genl));
    const auto event = read(genl->cmd, attributes);
    if (!event)
        return failed(DecodeProblem::unknownEvent);
    if (attributes.problem() != DecodeProblem::none)
        return failed(attributes.problem());
    return {event, DecodeProblem::none};
}

} // namespace subflowd::netlink
