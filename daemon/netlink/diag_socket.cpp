// SPDX-License-Identifier: BSD-3-Clause
#include "netlink/diag_socket.hpp"

#include <linux/netlink.h>

namespace subflowd::netlink {

DiagSocket::DiagSocket() : dump_(NETLINK_SOCK_DIAG) {}

void DiagSocket::start(core::snapshot::Occasion occasion, std::vector<core::SnapshotPart>& parts) {
    occasion_ = occasion;
    parts.emplace_back(core::snapshot::Begun{occasion});
    state_ = State::running;
    request(DiagDump::connectionsIpv4);
}

void DiagSocket::request(DiagDump part) {
    part_ = part;
    dump_.start(diagDumpRequest(part));
}

void DiagSocket::receive(std::vector<core::SnapshotPart>& parts) {
    for (int i = 0; i < datagramsPerReceive && state_ == State::running; ++i)
        receiveDatagram(parts);
}

void DiagSocket::receiveDatagram(std::vector<core::SnapshotPart>& parts) {
    const auto progress =
        dump_.receive([this, &parts](const Message& row) { decodeDiagRow(part_, row, parts); });
    if (progress == DumpSocket::Progress::complete)
        partEnded(parts);
    else if (progress == DumpSocket::Progress::failed)
        dumpFailed(parts);
}

void DiagSocket::partEnded(std::vector<core::SnapshotPart>& parts) {
    switch (part_) {
    case DiagDump::connectionsIpv4:
        return request(DiagDump::connectionsIpv6);
    case DiagDump::connectionsIpv6:
        return request(DiagDump::subflowsIpv4);
    case DiagDump::subflowsIpv4:
        return request(DiagDump::subflowsIpv6);
    case DiagDump::subflowsIpv6:
        parts.emplace_back(core::snapshot::Ended{});
        state_ = State::idle;
        failuresInARow_ = 0;
        ++counters_.snapshots;
    }
}

void DiagSocket::dumpFailed(std::vector<core::SnapshotPart>& parts) {
    ++counters_.failures;
    if (++failuresInARow_ < DumpSocket::mostFailures)
        return start(occasion_, parts);
    failuresInARow_ = 0;
    state_ = State::failed;
}

DiagSocket::Counters DiagSocket::counters() const {
    auto counters = counters_;
    counters.repeated = dump_.repeated();
    return counters;
}

} // namespace subflowd::netlink
