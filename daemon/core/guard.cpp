// SPDX-License-Identifier: BSD-3-Clause
#include "core/guard.hpp"

#include "core/reasons.hpp"

#include <algorithm>
#include <array>

namespace subflowd::core::guard {

namespace {

bool isFar(Scope scope) {
    return scope == Scope::unique || scope == Scope::global;
}

bool isIn(const std::vector<Prefix>& networks, const IpAddress& address) {
    return std::ranges::any_of(networks,
                               [&](const Prefix& network) { return network.contains(address); });
}

bool isIn(const std::vector<PortRange>& ranges, std::uint16_t port) {
    return std::ranges::any_of(ranges,
                               [port](const PortRange& range) { return range.contains(port); });
}

const ReasonText* portRefusal(const Guard& settings, std::uint16_t port, std::uint16_t initial) {
    if (port == initial)
        return nullptr;
    const bool allowed =
        port != 0 && isIn(settings.allowPorts, port) && !isIn(settings.denyPorts, port);
    return allowed ? nullptr : &reasons::portGuarded;
}

/// A server that is reached over the Internet has no business in a private network of this host,
/// nor one behind a gateway in the network that this host shares with its neighbours.
const ReasonText* scopeRefusal(const World& world, const IpAddress& initial,
                               const IpAddress& announced) {
    if (announced.scope() == Scope::global)
        return nullptr;
    if (initial.scope() == Scope::global)
        return &reasons::scopeNarrower;
    return world.links.isNeighbour(announced) && !world.links.isNeighbour(initial)
               ? &reasons::neighbourGuarded
               : nullptr;
}

IpAddress ipv4At(const IpAddress& address, std::size_t at, std::uint8_t mask) {
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < 4; ++i)
        bytes[i] = static_cast<std::uint8_t>(address.bytes()[at + i] ^ mask);
    return IpAddress::v4(bytes);
}

bool startsWith(const IpAddress& address, std::initializer_list<std::uint8_t> bytes) {
    return std::ranges::equal(bytes, std::span{address.bytes()}.first(bytes.size()));
}

} // namespace

std::optional<IpAddress> embeddedIpv4(const IpAddress& address) {
    if (address.family() == Family::ipv4)
        return std::nullopt;
    if (startsWith(address, {0x00, 0x64, 0xff, 0x9b}))
        return ipv4At(address, 12, 0x00);
    if (startsWith(address, {0x20, 0x02}))
        return ipv4At(address, 2, 0x00);
    if (startsWith(address, {0x20, 0x01, 0x00, 0x00}))
        return ipv4At(address, 12, 0xff); // Teredo keeps the client's address inverted
    if (startsWith(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}))
        return ipv4At(address, 12, 0x00);
    return std::nullopt;
}

const ReasonText* refusalOf(const World& world, const Connection& connection,
                            const Endpoint& announced) {
    const auto& settings = world.configuration->guard;
    const auto& initial = world.remotes[connection.remote].endpoint;
    const auto& address = announced.address;
    const auto inner = embeddedIpv4(address);
    if (isIn(settings.denyRemotes, address))
        return &reasons::remoteDenied;
    if (!isFar(address.scope()) || (inner && !isFar(inner->scope())))
        return &reasons::scopeGuarded;
    if (world.links.isOwn(address) || (inner && world.links.isOwn(*inner)))
        return &reasons::ownAddress;
    if (const auto* refusal = portRefusal(settings, announced.port, initial.port))
        return refusal;
    if (settings.scope == Protection::off || isIn(settings.allowRemotes, address))
        return nullptr;
    return scopeRefusal(world, initial.address, inner.value_or(address));
}

const ReasonText* refusalOf(const World& world, const Connection& connection, LocalRef local) {
    if (world.configuration->guard.confinement == Protection::off ||
        world.links.isInside(local, connection.confinement))
        return nullptr;
    return connection.confinement == noLink ? &reasons::insideVrf : &reasons::outside;
}

bool isProvoked(const Connection& connection, RemoteRef remote, const Path* path) {
    return remote != connection.remote || (path && (path->failedAt != never || path->attempts > 0));
}

} // namespace subflowd::core::guard
