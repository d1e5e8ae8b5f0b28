// SPDX-License-Identifier: BSD-3-Clause
#include "support/fake_kernel.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>

/// The part of the fake kernel that knows of networks which swallow everything.
namespace subflowd::test {

using namespace core;

namespace {

/// The retransmission timer doubles from 200 ms.
std::uint8_t timeoutsAfter(Duration silence) {
    std::uint8_t timeouts = 0;
    for (Duration at = std::chrono::milliseconds(200); at <= silence && timeouts < 15; at = 2 * at)
        ++timeouts;
    return timeouts;
}

} // namespace

void FakeKernel::swallow(std::string_view local, std::string_view host) {
    swallowed_[{parseAddress(local).value(), parseAddress(host).value()}] = now_;
}

void FakeKernel::bringAgain(std::string_view local, std::string_view host) {
    swallowed_.erase({parseAddress(local).value(), parseAddress(host).value()});
}

/// Data that was under way arrives, so nothing is outstanding any more.
void FakeKernel::recover(std::string_view local, std::string_view host) {
    bringAgain(local, host);
    const auto from = parseAddress(local).value();
    for (auto& [token, connection] : connections_)
        for (auto& subflow : connection.subflows)
            if (subflow.tuple.local.address == from &&
                subflow.tuple.remote.address == parseAddress(host))
                subflow.deadSince = never;
}

Instant FakeKernel::swallowedSince(const FourTuple& tuple) const {
    const auto known = swallowed_.find({tuple.local.address, tuple.remote.address});
    return known == swallowed_.end() ? never : known->second;
}

/// Applications write all the time: what is swallowed is outstanding, and stays so until the timer
/// of a subflow runs out, which may be a minute after the network is back.
void FakeKernel::answer(HealthQuestion question) {
    for (auto& [token, connection] : connections_)
        for (auto& subflow : connection.subflows)
            if (subflow.established && swallowedSince(subflow.tuple) != never)
                subflow.deadSince = std::min(
                    subflow.deadSince, std::max(swallowedSince(subflow.tuple), subflow.since));
    if (question == HealthQuestion::activity)
        report(activity());
    else if (question == HealthQuestion::samples)
        report(samples());
}

TcpActivity FakeKernel::activity() const {
    TcpActivity activity;
    for (const auto& [token, connection] : connections_)
        for (const auto& subflow : connection.subflows)
            if (subflow.established && subflow.deadSince != never)
                activity.timeouts += timeoutsAfter(now_ - subflow.deadSince);
    activity.dataSent = static_cast<std::uint64_t>(now_.time_since_epoch().count());
    return activity;
}

HealthReport FakeKernel::samples() const {
    HealthReport report;
    report.part = HealthReport::Part::last;
    for (const auto& [token, connection] : connections_)
        for (const auto& subflow : connection.subflows) {
            if (!subflow.established || subflow.since > now_)
                continue;
            HealthSample sample;
            sample.token = token;
            sample.tuple = subflow.tuple;
            sample.roundTrip = roundTrip;
            const auto age = std::chrono::duration_cast<std::chrono::seconds>(now_ - subflow.since);
            sample.acknowledged = sample.received =
                subflow.rate * static_cast<std::uint64_t>(age.count());
            sample.deliveryRate = sample.pacingRate = subflow.rate;
            if (subflow.deadSince != never) {
                sample.unacknowledged = 1;
                sample.silence = now_ - subflow.deadSince;
                sample.timeouts = timeoutsAfter(sample.silence);
            }
            report.samples.push_back(sample);
        }
    return report;
}

} // namespace subflowd::test
