// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/sliced_dump.hpp"

#include <linux/netlink.h>

namespace subflowd::netlink {

SlicedDump::SlicedDump(DiagDump ipv4, DiagDump ipv6)
    : dump_(NETLINK_SOCK_DIAG), ipv4_(ipv4), ipv6_(ipv6), asked_(ipv4) {}

SlicedDump::Part SlicedDump::start() {
    request(ipv4_);
    running_ = dump_.progress() == DumpSocket::Progress::running;
    return part();
}

void SlicedDump::request(DiagDump part) {
    asked_ = part;
    dump_.start(diagDumpRequest(part));
}

/// Whether the dump goes on; the next one is begun, or all ends, where it does not.
bool SlicedDump::takeUp(DumpSocket::Progress progress) {
    using Progress = DumpSocket::Progress;
    if (progress == Progress::complete && asked_ == ipv4_)
        request(ipv6_);
    else if (progress != Progress::running)
        running_ = false;
    return progress == Progress::running;
}

} // namespace subflowd::netlink
