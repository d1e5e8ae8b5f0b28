// SPDX-License-Identifier: BSD-3-Clause
#include "core/source_ports.hpp"

#include <algorithm>
#include <chrono>

namespace subflowd::core {

namespace {

/// As long as TIME_WAIT holds a port.
constexpr Duration minute = std::chrono::seconds(60);

std::size_t sizeOf(PortRange range) {
    return range.last < range.first ? 0 : std::size_t{range.last} - range.first + 1U;
}

/// The ports of the range's own parity first, which the kernel gives to bind() last.
std::uint16_t after(std::uint16_t port, PortRange range) {
    if (port < range.first || port > range.last)
        return range.first;
    if (port + 2 <= range.last)
        return static_cast<std::uint16_t>(port + 2);
    const bool ownParity = (port - range.first) % 2 == 0;
    return static_cast<std::uint16_t>(range.first + (ownParity && range.first < range.last));
}

bool isReserved(const HostFacts& host, std::uint16_t port) {
    return std::ranges::any_of(host.reservedPorts,
                               [port](const PortRange& range) { return range.contains(port); });
}

/// Whether the kernel finds a free port at once.
bool areFew(std::size_t lately, const Local& local, const HostFacts& host) {
    return std::max(lately, std::size_t{local.users}) <= sizeOf(host.ephemeralPorts) / 4;
}

} // namespace

std::uint16_t SourcePorts::next(const LinkTable& links, LocalRef local, const HostFacts& host,
                                Instant now) {
    auto& use = useOf(links, local);
    count(use, now);
    const auto lately = std::size_t{use.current} + use.previous;
    return areFew(lately, links.local(local), host) ? std::uint16_t{0} : advance(use, host);
}

/// Time makes them fewer.
bool SourcePorts::leavesNextToKernel(const LinkTable& links, LocalRef local,
                                     const HostFacts& host) const {
    const auto index = static_cast<std::size_t>(local);
    const auto& at = links.local(local);
    const bool known = index < uses_.size() && uses_[index].address == at.address;
    const auto lately = known ? std::size_t{uses_[index].current} + uses_[index].previous : 0;
    return areFew(lately + 1, at, host);
}

std::uint16_t SourcePorts::another(const LinkTable& links, LocalRef local, const HostFacts& host) {
    return advance(useOf(links, local), host);
}

SourcePorts::Use& SourcePorts::useOf(const LinkTable& links, LocalRef local) {
    const auto index = static_cast<std::size_t>(local);
    if (index >= uses_.size())
        uses_.resize(index + 1);
    auto& use = uses_[index];
    if (const auto& address = links.local(local).address; use.address != address)
        use = {address};
    return use;
}

void SourcePorts::count(Use& use, Instant now) {
    if (now - use.minute >= minute) {
        use.previous = now - use.minute < 2 * minute ? use.current : 0;
        use.current = 0;
        use.minute = now;
    }
    ++use.current;
}

std::uint16_t SourcePorts::advance(Use& use, const HostFacts& host) {
    auto tries = sizeOf(host.ephemeralPorts);
    do {
        if (tries-- == 0)
            return 0;
        use.last = after(use.last, host.ephemeralPorts);
    } while (isReserved(host, use.last));
    return use.last;
}

} // namespace subflowd::core
