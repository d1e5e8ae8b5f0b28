// SPDX-License-Identifier: BSD-3-Clause
#include "core/auditor.hpp"

#include "core/records.hpp"

#include <string>
#include <variant>

namespace subflowd::core {

namespace {

bool differs(const Subflow& known, const snapshot::Subflow& row) {
    const bool missedItsAnswer =
        known.state == SubflowState::pending && row.state != SubflowState::pending;
    return missedItsAnswer || known.peerPriority != row.peerPriority ||
           (!known.asked && known.priority != row.priority);
}

} // namespace

void Auditor::handle(const SnapshotPart& part) {
    std::visit([this](const auto& one) { on(one); }, part);
}

void Auditor::on(const snapshot::Begun& /*begun*/) {
    world_.beginSnapshot();
    events_.forgetEnded();
    last_ = world_.now;
    differences_ = 0;
    lossesBefore_ = world_.counters.eventsLost;
}

void Auditor::on(const snapshot::Connection& row) {
    if (world_.tombstones.closedSince(row.token, world_.snapshot))
        return;
    auto* connection = world_.connections.find(row.token);
    if (connection && (connection->partial || world_.initialTuple(*connection) == row.initial))
        connection->seen = world_.snapshot;
    else
        ++differences_;
}

void Auditor::on(const snapshot::Subflow& row) {
    auto* connection = world_.connections.find(row.token);
    if (!connection || connection->partial || events_.endedDuringSnapshot(row.token, row.tuple))
        return;
    auto* subflow = records::findSubflow(world_, *connection, row.tuple);
    if (!subflow || differs(*subflow, row))
        ++differences_;
    if (subflow)
        subflow->seen = world_.snapshot;
}

void Auditor::on(const snapshot::Listener& /*row*/) {}

void Auditor::on(const snapshot::Ended& /*ended*/) {
    world_.endSnapshot();
    countUnseen();
    ++world_.counters.audits;
    if (differences_ == 0)
        return;
    repairsBefore_ = world_.counters.repairs;
    world_.outcome.resync = Resync::needed;
}

void Auditor::countUnseen() {
    world_.connections.forEach([this](const Connection& connection) {
        if (connection.seen != world_.snapshot) {
            ++differences_;
            return;
        }
        for (const auto& subflow : connection.subflows)
            if (subflow.seen != world_.snapshot)
                ++differences_;
    });
}

void Auditor::conclude() {
    last_ = world_.now;
    if (!repairsBefore_)
        return;
    const auto repairs = world_.counters.repairs - *repairsBefore_;
    repairsBefore_.reset();
    const bool lossExplains = world_.counters.eventsLost != lossesBefore_;
    if (repairs == 0 || lossExplains)
        return;
    world_.counters.auditRepairs += repairs;
    world_.log(LogRecord::Level::warning,
               "the kernel's lists showed " + std::to_string(repairs) +
                   " changes that no event had told of; they are taken up now. If this comes "
                   "again, please report it with the output of \"subflowctl report\"");
}

void Auditor::work() {
    if (nextWork() > world_.now)
        return;
    last_ = world_.now;
    if (world_.outcome.resync == Resync::notNeeded)
        world_.outcome.resync = Resync::audit;
}

Instant Auditor::nextWork() {
    const auto interval = world_.configuration->auditInterval;
    if (world_.connections.size() == 0)
        last_ = never;
    else if (last_ == never)
        last_ = world_.now;
    if (last_ == never || interval == Duration::max() || world_.snapshotRunning)
        return never;
    return last_ + interval;
}

} // namespace subflowd::core
