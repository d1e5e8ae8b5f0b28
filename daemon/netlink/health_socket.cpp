// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/health_socket.hpp"

#include "netlink/socket_sample.hpp"

#include <linux/netlink.h>

namespace subflowd::netlink {

HealthSocket::HealthSocket() : dump_(NETLINK_SOCK_DIAG) {}

void HealthSocket::start() {
    running_ = true;
    request(DiagDump::subflowsIpv4);
}

void HealthSocket::request(DiagDump part) {
    part_ = part;
    dump_.start(diagDumpRequest(part));
}

core::HealthReport HealthSocket::receive() {
    using Progress = DumpSocket::Progress;
    core::HealthReport report;
    for (int i = 0; i < datagramsPerReceive && running_; ++i) {
        const auto progress = dump_.receive([&report](const Message& row) {
            if (const auto sample = decodeHealth(row))
                report.samples.push_back(*sample);
        });
        if (progress == Progress::complete && part_ == DiagDump::subflowsIpv4)
            request(DiagDump::subflowsIpv6);
        else if (progress != Progress::running)
            running_ = false;
    }
    if (!running_)
        report.part = core::HealthReport::Part::last;
    return report;
}

} // namespace subflowd::netlink
