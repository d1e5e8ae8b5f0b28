// SPDX-License-Identifier: BSD-3-Clause
#include "core/health_watch.hpp"

#include "core/change_of.hpp"
#include "core/reasons.hpp"
#include "core/records.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace subflowd::core {

namespace {

template <class Unit>
std::uint32_t countOf(Duration duration) {
    const auto count = std::chrono::duration_cast<Unit>(duration).count();
    return static_cast<std::uint32_t>(
        std::clamp<decltype(count)>(count, 0, std::numeric_limits<std::uint32_t>::max()));
}

Subflow* establishedAt(World& world, Connection& connection, const FourTuple& tuple) {
    auto* subflow = records::findSubflow(world, connection, tuple);
    const bool established = subflow && subflow->localPort == tuple.local.port &&
                             subflow->state == SubflowState::up && alive(*subflow);
    return established ? subflow : nullptr;
}

void publish(World& world, const Connection& connection, const Subflow& subflow, Change::Kind kind,
             const Reason& reason) {
    auto change = changeOf(kind, world, connection, subflow);
    change.priority = subflow.priority;
    change.reason = reason;
    world.publish(change);
}

} // namespace

void HealthWatch::work() {
    if (nextWork() > world_.now)
        return;
    if (world_.suspects > 0 || doubts_ || nextMeasurement() <= world_.now)
        return askSamples();
    world_.outcome.health = HealthQuestion::activity;
    next_ = world_.now + patience;
}

void HealthWatch::askSamples() {
    world_.outcome.health = HealthQuestion::samples;
    doubts_ = false;
    asked_ = world_.now;
    next_ = earliest_ = world_.now + patience;
    world_.measurements.begin(world_.now);
}

Instant HealthWatch::nextWork() {
    if (world_.watched == 0)
        next_ = never;
    else if (next_ == never)
        next_ = world_.now + liveliest;
    return std::min(next_, nextMeasurement());
}

Instant HealthWatch::nextMeasurement() const {
    return std::max(world_.measurements.next(), earliest_);
}

void HealthWatch::handle(const TcpActivity& activity) {
    const auto before = std::exchange(seen_, activity);
    const bool flows = activity.dataSent != before.dataSent;
    interval_ = flows ? liveliest : std::min(2 * interval_, laziest);
    next_ = world_.now + interval_;
    if (activity.timeouts != before.timeouts)
        askSamples();
}

void HealthWatch::handle(const HealthReport& report) {
    for (const auto& sample : report.samples) {
        judge(sample);
        world_.measurements.take(sample, world_.now);
    }
    if (report.part == HealthReport::Part::last) {
        interval_ = liveliest;
        earliest_ = world_.now + costliest * (world_.now - asked_);
        next_ = std::max(world_.now + interval_, earliest_);
        concludeMeasurements();
    }
}

void HealthWatch::concludeMeasurements() {
    for (const auto token : world_.measurements.finish(world_.now))
        if (auto* connection = world_.connections.find(token))
            world_.schedule(*connection, world_.now);
}

void HealthWatch::judge(const HealthSample& sample) {
    auto* connection = world_.connections.find(sample.token);
    if (!connection || !connection->watched)
        return;
    if (auto* subflow = establishedAt(world_, *connection, sample.tuple)) {
        doubts_ = doubts_ || isDoubtful(sample);
        judge(*connection, *subflow, sample);
    }
}

void HealthWatch::judge(Connection& connection, Subflow& subflow, const HealthSample& sample) {
    const bool dies = subflow.suspected == never && seemsDead(sample);
    const bool recovers = subflow.suspected != never && seemsAlive(sample);
    if (!dies && !recovers)
        return;
    // How long an answer may take: nobody saw how the application's own subflow was opened.
    subflow.roundTrip =
        std::max(subflow.roundTrip,
                 countOf<std::chrono::microseconds>(sample.roundTrip + 4 * sample.variation));
    records::suspect(world_, connection, subflow, dies ? world_.now : never);
    const Reason dead{&reasons::seemsDead, countOf<std::chrono::milliseconds>(sample.silence), 0};
    if (dies)
        publish(world_, connection, subflow, Change::Kind::subflowSuspect, dead);
    else
        publish(world_, connection, subflow, Change::Kind::subflowRecovered,
                {&reasons::recovered, 0, 0});
    world_.schedule(connection, world_.now);
}

} // namespace subflowd::core
