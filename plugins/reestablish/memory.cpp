// SPDX-License-Identifier: BSD-3-Clause
#include "memory.hpp"

#include "schedule.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>

namespace subflowd::reestablish {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

enum class Finding : std::uint8_t { none, notMultipath, middlebox, prohibited };

constexpr ReasonText knownNotMultipath{"known-not-multipath",
                                       "other connections found no MPTCP there"};
constexpr ReasonText knownMiddlebox{"known-middlebox", "other connections met a middlebox there"};
constexpr ReasonText knownProhibited{"known-prohibited",
                                     "the peer prohibited it to other connections"};

/// How long a finding counts, by how often it was made.
constexpr std::array<seconds, 4> terms{seconds(0), minutes(5), minutes(15), minutes(60)};

/// For how long the first finding waits for a second one.
constexpr Duration patience = minutes(60);

/// One number of the store.
struct Note {
    std::uint32_t until = 0;     ///< seconds of the clock
    std::uint8_t network = 0;    ///< where the local address was
    std::uint8_t connection = 0; ///< that made the first finding
    std::uint8_t count = 0;      ///< findings, an index into `terms` plus one
    Finding finding = Finding::none;
};

static_assert(sizeof(Note) == sizeof(std::uint64_t));

Finding findingOf(const Failure& failure) {
    if (failure.cause == Cause::notMultipath)
        return Finding::notMultipath;
    if (failure.cause != Cause::resetByPeer)
        return Finding::none;
    if (failure.resetReason == std::uint8_t{6})
        return Finding::middlebox;
    const bool prohibits = failure.resetReason == std::uint8_t{3} && !failure.transient;
    return prohibits ? Finding::prohibited : Finding::none;
}

Reason reasonOf(Finding finding) {
    switch (finding) {
    case Finding::middlebox:
        return {&knownMiddlebox, 0, 0};
    case Finding::prohibited:
        return {&knownProhibited, 0, 0};
    case Finding::notMultipath:
    case Finding::none:
        break;
    }
    return {&knownNotMultipath, 0, 0};
}

Store::Key keyOf(LinkIndex link, const Endpoint& remote) {
    return {link, Prefix{remote.address, 128}, remote.port};
}

/// Tells networks apart that a link is in: an IPv6 address changes within its /64.
std::uint8_t networkOf(const IpAddress& local) {
    const std::uint8_t length = local.family() == Family::ipv4 ? 32 : 64;
    const auto network = Prefix{local, length}.address();
    std::uint32_t sum = 0;
    for (const auto byte : network.bytes())
        sum = sum * 31 + byte;
    return static_cast<std::uint8_t>(sum ^ (sum >> 8));
}

std::uint8_t connectionOf(Token token) {
    const auto value = static_cast<std::uint32_t>(token);
    return static_cast<std::uint8_t>(value ^ (value >> 8) ^ (value >> 16) ^ (value >> 24));
}

Instant endOf(const Note& note) {
    return Instant{seconds(note.until)};
}

Duration termOf(const Note& note) {
    return terms[std::min<std::size_t>(note.count, terms.size()) - 1];
}

} // namespace

void remember(const Fact& fact, Store& memory) {
    const auto finding = findingOf(fact.failure);
    if (finding == Finding::none || fact.origin == RemoteOrigin::observed)
        return;
    const auto key = keyOf(fact.link, fact.remote);
    const auto known = memory.find(key, fact.when);
    auto note = known ? std::bit_cast<Note>(*known) : Note{};
    const bool same = note.finding == finding && note.network == networkOf(fact.local);
    if (!same)
        note = {0, networkOf(fact.local), connectionOf(fact.token), 0, finding};
    // What was under way when the others found out is no further finding.
    if (endOf(note) > fact.when || (note.count == 1 && note.connection == connectionOf(fact.token)))
        return;
    note.count = static_cast<std::uint8_t>(std::min<std::size_t>(note.count + 1U, terms.size()));
    const auto until = fact.when + termOf(note);
    note.until = static_cast<std::uint32_t>(
        std::chrono::duration_cast<seconds>(until.time_since_epoch()).count());
    memory.put(key, std::bit_cast<std::uint64_t>(note),
               note.count == 1 ? fact.when + patience : until + termOf(note));
}

std::optional<Warning> recall(const ConnectionView& connection, const PathView& path,
                              const HostView& host) {
    const auto known = host.memory.find(keyOf(path.link, path.remote), host.now);
    if (!known)
        return std::nullopt;
    const auto note = std::bit_cast<Note>(*known);
    if (note.network != networkOf(path.local))
        return std::nullopt;
    const auto later = spread(termOf(note), seedOf(connection.token, path)) - termOf(note) / 2;
    const Warning warning{endOf(note) + later / 4, reasonOf(note.finding)};
    return warning.until > host.now ? std::optional{warning} : std::nullopt;
}

} // namespace subflowd::reestablish
