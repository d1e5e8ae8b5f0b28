// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/owner_dump.hpp"

#include <linux/netlink.h>

namespace subflowd::netlink {
namespace {

/// How many datagrams (of 32 KiB at most) one receive() reads: events go in between.
constexpr int datagramsPerReceive = 4;

} // namespace

OwnerDump::OwnerDump() : dump_(NETLINK_SOCK_DIAG) {}

OwnerDump::Part OwnerDump::start() {
    request(DiagDump::connectionsIpv4);
    running_ = dump_.progress() == DumpSocket::Progress::running;
    return running_ ? Part::more : Part::last;
}

void OwnerDump::request(DiagDump part) {
    part_ = part;
    dump_.start(diagDumpRequest(part));
}

OwnerDump::Part OwnerDump::receive(std::vector<SocketOwner>& owners) {
    using Progress = DumpSocket::Progress;
    int datagrams = 0;
    while (running_ && datagrams < datagramsPerReceive) {
        const auto progress = dump_.receive([&owners](const Message& row) {
            if (const auto owner = decodeOwner(row))
                owners.push_back(*owner);
        });
        if (progress == Progress::running)
            ++datagrams;
        else if (progress == Progress::complete && part_ == DiagDump::connectionsIpv4)
            request(DiagDump::connectionsIpv6);
        else
            running_ = false;
    }
    return running_ ? Part::more : Part::last;
}

} // namespace subflowd::netlink
