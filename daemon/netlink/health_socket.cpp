// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/health_socket.hpp"

#include "netlink/socket_sample.hpp"

namespace subflowd::netlink {

HealthSocket::HealthSocket() : dump_(DiagDump::subflowsIpv4, DiagDump::subflowsIpv6) {}

core::HealthReport HealthSocket::receive() {
    core::HealthReport report;
    const auto part = dump_.receive([&report](const Message& row) {
        if (const auto sample = decodeHealth(row))
            report.samples.push_back(*sample);
    });
    if (part == SlicedDump::Part::last)
        report.part = core::HealthReport::Part::last;
    return report;
}

} // namespace subflowd::netlink
