// SPDX-License-Identifier: BSD-3-Clause
#include "ndiffports.hpp"

#include "initial_path.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace subflowd::ndiffports {

namespace {

constexpr ReasonText several{"ports-several", "Subflows={0} of ndiffports"};
constexpr ReasonText early{"ports-early", "more subflows once the connection is {0} s old"};
constexpr ReasonText idle{"ports-idle", "more subflows once {0} KiB were carried"};
constexpr ReasonText rejected{"ports-rejected", "the peer took no more than {0} subflows here"};

Paths readPaths(const Settings& given) {
    const auto word = given.text("Paths").value_or("initial");
    if (word == "initial")
        return Paths::initial;
    if (word == "wanted")
        return Paths::wanted;
    throw SettingsError("Paths", "wants initial or wanted");
}

/// Whether the peer took a subflow and closed it at once, and no later one fared better. That it
/// has enough of them is true of the connection, whichever path showed it.
bool isAtLimit(const ConnectionView& connection) {
    return std::ranges::any_of(connection.paths, [](const PathView& path) {
        return path.failed != never && path.lastFailure.cause == Cause::rejected;
    });
}

std::uint64_t carriedBy(const ConnectionView& connection) {
    std::uint64_t bytes = 0;
    for (const auto& measured : connection.measurements)
        bytes += measured.acknowledged + measured.received;
    return bytes;
}

/// How long until a connection is looked at again: about half its age, so that one which is idle
/// for long costs little.
Duration patienceWith(const ConnectionView& connection, Instant now) {
    constexpr Duration least = std::chrono::milliseconds(500);
    constexpr Duration most = std::chrono::minutes(1);
    return std::clamp((now - connection.since) / 2, least, most);
}

} // namespace

Ndiffports::Ndiffports(const Settings& given)
    : subflows_(static_cast<std::uint8_t>(given.number("Subflows", 1, 8, 2))),
      paths_(readPaths(given)),
      afterBytes_(
          static_cast<std::uint64_t>(given.number("AfterBytes", 0, 1'000'000'000'000, 262'144))),
      after_(given.duration("After", Duration{}, std::chrono::hours(1), Duration{})) {}

void Ndiffports::plan(const ConnectionView& connection, const HostView& host, Plan& plan) {
    if (connection.side == Side::server)
        return;
    const auto growth = growthOf(connection, host.now, plan);
    const auto initial = initialPath(connection);
    if (initial)
        plan.want(*initial, {}, {&several, subflows_, 0});
    for (std::size_t i = 0; i < connection.paths.size(); ++i) {
        const auto& path = connection.paths[i];
        const auto id = static_cast<PathId>(i);
        if (id == initial || (paths_ == Paths::wanted && path.usability == Usability::usable))
            plan.multiply(id, countOf(path, growth), reasonFor(path, growth));
    }
}

Ndiffports::Growth Ndiffports::growthOf(const ConnectionView& connection, Instant now,
                                        Plan& plan) const {
    if (isAtLimit(connection))
        return Growth::rejected;
    const auto start = connection.since + after_;
    if (start > now) {
        plan.askAgain(start);
        return Growth::early;
    }
    return isBusy(connection, now, plan) ? Growth::free : Growth::idle;
}

/// That it was is remembered: subflows that end take what they carried with them.
bool Ndiffports::isBusy(const ConnectionView& connection, Instant now, Plan& plan) const {
    constexpr Memory was{1};
    if (afterBytes_ == 0)
        return true;
    if (connection.remembered == was || carriedBy(connection) >= afterBytes_) {
        plan.remember(was);
        return true;
    }
    plan.measure(patienceWith(connection, now));
    return false;
}

/// What is there stays, unless it is more than the administrator wants by now: a daemon that was
/// started again must not take apart what the one before it made.
std::uint8_t Ndiffports::countOf(const PathView& path, Growth growth) const {
    const auto there = std::clamp(path.subflows, std::uint8_t{1}, subflows_);
    return growth == Growth::free ? subflows_ : there;
}

Reason Ndiffports::reasonFor(const PathView& path, Growth growth) const {
    const bool complete = path.subflows >= subflows_;
    if (growth == Growth::early && !complete)
        return {&early,
                static_cast<std::uint32_t>(
                    std::chrono::duration_cast<std::chrono::seconds>(after_).count()),
                0};
    if (growth == Growth::idle && !complete)
        return {&idle, static_cast<std::uint32_t>(afterBytes_ / 1024), 0};
    if (growth == Growth::rejected && !complete)
        return {&rejected, path.subflows, 0};
    return {&several, subflows_, 0};
}

} // namespace subflowd::ndiffports
