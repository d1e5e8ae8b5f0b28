// SPDX-License-Identifier: BSD-3-Clause
#include "classifier.hpp"
#include "schedule.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <optional>
#include <string_view>
#include <vector>

namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using namespace reestablish;

constexpr auto neverUp = Duration{};

/// A path of the table, as it is after a failure.
struct Row {
    const char* what;
    Failure failure;
    Duration lasted;
    RemoteOrigin origin;
    std::uint16_t failures;
    std::uint16_t attempts; ///< since it was last confirmed
    Class expected;
};

constexpr Failure failureOf(Cause cause, int error = 0) {
    return {cause, static_cast<std::uint8_t>(error), std::nullopt, false};
}

enum class T : std::uint8_t { no, yes };

constexpr Failure resetFor(std::uint8_t reason, T transient = T::no) {
    return {Cause::resetByPeer, ECONNRESET, reason, transient == T::yes};
}

constexpr auto initial = RemoteOrigin::initial;
constexpr auto announced = RemoteOrigin::announced;

constexpr Row table[] = {
    {"nothing happened", failureOf(Cause::none), neverUp, initial, 0, 0, Class::nothing},
    {"asked for", failureOf(Cause::expected), 9s, initial, 0, 0, Class::nothing},
    {"nobody saw it", failureOf(Cause::lost), 9s, initial, 0, 0, Class::nothing},
    {"RM_ADDR", failureOf(Cause::withdrawn), 9s, announced, 1, 0, Class::nothing},
    {"EADDRNOTAVAIL", failureOf(Cause::localGone, EADDRNOTAVAIL), neverUp, initial, 1, 1,
     Class::localGone},
    {"ENETUNREACH of the command", failureOf(Cause::noRoute, ENETUNREACH), neverUp, initial, 1, 1,
     Class::noRoute},
    {"a filter of this host", failureOf(Cause::refusedLocally, EPERM), neverUp, initial, 1, 1,
     Class::notPermitted},
    {"a policy of this host", failureOf(Cause::refusedLocally, EACCES), neverUp, initial, 1, 1,
     Class::notPermitted},
    {"half-closed", failureOf(Cause::refusedLocally, ENOTCONN), neverUp, initial, 1, 1,
     Class::closing},
    {"ENOMEM", failureOf(Cause::refusedLocally, ENOMEM), neverUp, initial, 1, 1,
     Class::noResources},
    {"ss -K", failureOf(Cause::abortedOnHost, ECONNABORTED), 60s, initial, 1, 0,
     Class::abortedOnHost},

    {"RST without a reason", failureOf(Cause::reset, ECONNRESET), 60s, initial, 1, 0, Class::lost},
    {"RST very soon", failureOf(Cause::reset, ECONNRESET), 1ms, initial, 1, 1, Class::lost},
    {"ETIMEDOUT after a while", failureOf(Cause::timedOut, ETIMEDOUT), 60s, announced, 1, 0,
     Class::lost},
    {"ICMP after a while", failureOf(Cause::unreachable, EHOSTUNREACH), 60s, announced, 9, 0,
     Class::lost},
    {"soon, twice", failureOf(Cause::reset, ECONNRESET), 9s, initial, 2, 0, Class::lost},
    {"soon, three times", failureOf(Cause::reset, ECONNRESET), 9s, initial, 3, 0, Class::unstable},
    {"late, three times", failureOf(Cause::reset, ECONNRESET), 10s, initial, 3, 0, Class::lost},

    {"closed after a while", failureOf(Cause::closedByPeer), 10s, initial, 1, 0,
     Class::closedByPeer},
    {"closed soon", failureOf(Cause::closedByPeer), 9s, initial, 1, 0, Class::atLimit},
    {"closed at once (K8)", failureOf(Cause::rejected), 1ms, initial, 1, 1, Class::atLimit},

    {"RST to the SYN", failureOf(Cause::refused, ECONNREFUSED), neverUp, initial, 1, 1,
     Class::refused},
    {"RST to the SYN, announced", failureOf(Cause::refused, ECONNREFUSED), neverUp, announced, 1, 1,
     Class::refusedAnnounced},
    {"RST to the SYN, was up", failureOf(Cause::refused, ECONNREFUSED), neverUp, announced, 2, 1,
     Class::lost},
    {"RST in the handshake", failureOf(Cause::reset, ECONNRESET), neverUp, initial, 1, 1,
     Class::refused},
    {"RST in the handshake, announced", failureOf(Cause::reset, ECONNRESET), neverUp, announced, 1,
     1, Class::refusedAnnounced},
    {"no answer", failureOf(Cause::timedOut), neverUp, initial, 3, 3, Class::silent},
    {"no answer, announced", failureOf(Cause::timedOut), neverUp, announced, 1, 1,
     Class::silentAnnounced},
    {"no answer, was up", failureOf(Cause::timedOut), neverUp, announced, 4, 3, Class::lost},
    {"ICMP to the SYN", failureOf(Cause::unreachable, EHOSTUNREACH), neverUp, initial, 1, 1,
     Class::unreachable},
    {"ICMP to the SYN, announced", failureOf(Cause::unreachable, EHOSTUNREACH), neverUp, announced,
     1, 1, Class::silentAnnounced},
    {"plain TCP answers", failureOf(Cause::notMultipath), neverUp, initial, 1, 1,
     Class::notMultipath},

    {"RST 0", resetFor(0), 60s, initial, 1, 0, Class::abortedByPeer},
    {"RST 0 T", resetFor(0, T::yes), 60s, initial, 1, 0, Class::lost},
    {"RST 1", resetFor(1), 60s, initial, 1, 0, Class::mptcpError},
    {"RST 1 T", resetFor(1, T::yes), 60s, initial, 1, 0, Class::mptcpErrorOnce},
    {"RST 2", resetFor(2), 60s, initial, 1, 0, Class::lacksResources},
    {"RST 2 T", resetFor(2, T::yes), 60s, initial, 1, 0, Class::lacksResourcesYet},
    {"RST 3", resetFor(3), 60s, initial, 1, 0, Class::prohibited},
    {"RST 3 T", resetFor(3, T::yes), 60s, initial, 1, 0, Class::prohibitedYet},
    {"RST 4", resetFor(4), 60s, initial, 1, 0, Class::lost},
    {"RST 5", resetFor(5), 60s, initial, 1, 0, Class::poorPerformance},
    {"RST 6", resetFor(6, T::yes), 60s, initial, 1, 0, Class::middlebox},
    {"RST 99", resetFor(99), 60s, initial, 1, 0, Class::abortedByPeer},
};

PathView pathOf(const Row& row) {
    PathView path;
    path.state = PathState::failed;
    path.lastFailure = row.failure;
    path.lasted = row.lasted;
    path.origin = row.origin;
    path.failures = row.failures;
    path.attempts = row.attempts;
    path.carried = row.failures > row.attempts; // one of them was the end of a confirmed subflow
    return path;
}

TEST(ReestablishClasses, AreAsInTheTable) {
    for (const auto& row : table)
        EXPECT_EQ(classify(pathOf(row)), row.expected) << row.what;
}

constexpr Class allClasses[] = {
    Class::localGone,       Class::noRoute,           Class::lost,
    Class::unstable,        Class::closedByPeer,      Class::atLimit,
    Class::refused,         Class::refusedAnnounced,  Class::silent,
    Class::silentAnnounced, Class::unreachable,       Class::notMultipath,
    Class::notPermitted,    Class::noResources,       Class::abortedOnHost,
    Class::abortedByPeer,   Class::mptcpError,        Class::mptcpErrorOnce,
    Class::lacksResources,  Class::lacksResourcesYet, Class::prohibited,
    Class::prohibitedYet,   Class::poorPerformance,   Class::middlebox,
};

TEST(ReestablishClasses, AllOccurInTheTable) {
    for (const auto kind : allClasses)
        EXPECT_TRUE(std::ranges::any_of(table, [kind](const Row& row) {
            return row.expected == kind;
        })) << static_cast<int>(kind);
}

/// The waits of a class before its attempts, in seconds; those that are tried for ever, eight.
std::vector<long> waitsOf(Class kind, const Options& options = {}) {
    std::vector<long> waits;
    const auto treatment = treatmentOf(kind, options);
    for (unsigned n = 1; n <= treatment.most && n <= 8; ++n)
        waits.push_back(
            std::chrono::duration_cast<std::chrono::seconds>(backOff(treatment, n)).count());
    return waits;
}

TEST(ReestablishClasses, WaitAsInTheTable) {
    using Waits = std::vector<long>;
    EXPECT_EQ(waitsOf(Class::localGone), (Waits{1}));
    EXPECT_EQ(waitsOf(Class::noRoute), (Waits{10, 20, 40, 80, 160, 300, 300, 300}));
    EXPECT_EQ(waitsOf(Class::lost), (Waits{1, 2, 4, 8, 16, 32, 60, 60}));
    EXPECT_EQ(waitsOf(Class::unstable), (Waits{30, 120, 480}));
    EXPECT_EQ(waitsOf(Class::closedByPeer), (Waits{60, 60, 60}));
    EXPECT_EQ(waitsOf(Class::atLimit), (Waits{30, 120, 480}));
    EXPECT_EQ(waitsOf(Class::refused), (Waits{60, 120, 240}));
    EXPECT_EQ(waitsOf(Class::refusedAnnounced), Waits{});
    EXPECT_EQ(waitsOf(Class::silent), (Waits{5, 10, 20, 40, 80, 160}));
    EXPECT_EQ(waitsOf(Class::silentAnnounced), (Waits{5}));
    EXPECT_EQ(waitsOf(Class::unreachable), (Waits{10, 20, 40, 80, 160, 300}));
    EXPECT_EQ(waitsOf(Class::notMultipath), Waits{});
    EXPECT_EQ(waitsOf(Class::notPermitted), Waits{});
    EXPECT_EQ(waitsOf(Class::closing), Waits{});
    EXPECT_EQ(waitsOf(Class::noResources), (Waits{30, 60, 120, 240, 480, 900}));
    EXPECT_EQ(waitsOf(Class::abortedOnHost), (Waits{300, 600, 900, 900, 900, 900}));
    EXPECT_EQ(waitsOf(Class::abortedByPeer), (Waits{4, 8, 16, 32, 60, 60}));
    EXPECT_EQ(waitsOf(Class::mptcpError), Waits{});
    EXPECT_EQ(waitsOf(Class::mptcpErrorOnce), (Waits{60}));
    EXPECT_EQ(waitsOf(Class::lacksResources), (Waits{300, 600, 900, 900, 900, 900}));
    EXPECT_EQ(waitsOf(Class::lacksResourcesYet), (Waits{60, 120, 240, 480, 900, 900}));
    EXPECT_EQ(waitsOf(Class::prohibited), Waits{});
    EXPECT_EQ(waitsOf(Class::prohibitedYet), (Waits{300}));
    EXPECT_EQ(waitsOf(Class::poorPerformance), (Waits{60, 120, 240, 480, 900, 900}));
    EXPECT_EQ(waitsOf(Class::middlebox), Waits{});
}

TEST(ReestablishClasses, WaitAsTheSettingsSay) {
    using Waits = std::vector<long>;
    Settings given;
    given.set("Base", "5");
    given.set("Cap", "12");
    given.set("MaxHard", "2");
    const auto options = readOptions(given);
    EXPECT_EQ(waitsOf(Class::lost, options), (Waits{5, 10, 12, 12, 12, 12, 12, 12}));
    EXPECT_EQ(waitsOf(Class::abortedByPeer, options), (Waits{20, 20}));
    EXPECT_EQ(waitsOf(Class::silent, options), (Waits{5, 10}));
    EXPECT_EQ(waitsOf(Class::noRoute, options).size(), 8U);
}

TEST(ReestablishClasses, NeverWaitShorterForAnotherFailure) {
    for (const auto kind : allClasses) {
        const auto treatment = treatmentOf(kind, {});
        for (unsigned n = 1; n < 70'000; n += n < 100 ? 1 : 997) {
            EXPECT_LE(backOff(treatment, n), backOff(treatment, n + 1));
            EXPECT_LE(backOff(treatment, n), std::max(treatment.cap, treatment.base));
            EXPECT_GE(backOff(treatment, n), treatment.base);
        }
    }
}

TEST(ReestablishClasses, HaveAReasonEach) {
    for (const auto kind : allClasses) {
        const auto* text = treatmentOf(kind, {}).text;
        ASSERT_NE(text, nullptr);
        EXPECT_TRUE(text->code.starts_with("again-")) << text->code;
        const bool saysWhen = text->sentence.find("{0}") != std::string_view::npos;
        EXPECT_EQ(saysWhen, treatmentOf(kind, {}).most > 0) << text->sentence;
    }
}

TEST(ReestablishSchedule, SpreadsWithinHalfAndOneAndAHalf) {
    Duration least = 1h;
    Duration most{};
    PathView path;
    for (std::uint32_t token = 1; token <= 2000; ++token) {
        path.failures = static_cast<std::uint16_t>(token % 7);
        const auto wait = spread(10s, seedOf(Token{token}, path));
        EXPECT_EQ(wait, spread(10s, seedOf(Token{token}, path)));
        least = std::min(least, wait);
        most = std::max(most, wait);
    }
    EXPECT_GE(least, 5s);
    EXPECT_LE(least, 5100ms);
    EXPECT_LE(most, 15s);
    EXPECT_GE(most, 14900ms);
}

TEST(ReestablishSchedule, SpreadsPathsAndFailuresOfAConnection) {
    PathView path;
    path.local = IpAddress::v4(10, 0, 0, 1);
    path.remote = {IpAddress::v4(10, 9, 0, 1), 443};
    const auto seed = seedOf(Token{1}, path);
    auto other = path;
    other.local = IpAddress::v4(10, 0, 0, 2);
    EXPECT_NE(seedOf(Token{1}, other), seed);
    other = path;
    other.remote.port = 444;
    EXPECT_NE(seedOf(Token{1}, other), seed);
    other = path;
    other.failures = 1;
    EXPECT_NE(seedOf(Token{1}, other), seed);
    EXPECT_NE(seedOf(Token{2}, path), seed);
}

TEST(ReestablishSchedule, RescuesAtOnceThenAtEachInterval) {
    const Instant stranded{1000s};
    const auto after = [stranded](Duration earliest) {
        return rescueMoment(stranded, stranded + earliest, 1s) - stranded;
    };
    EXPECT_EQ(after(-5s), 0s);
    EXPECT_EQ(after(0s), 0s);
    EXPECT_EQ(after(1ns), 250ms);
    EXPECT_EQ(after(250ms), 250ms);
    EXPECT_EQ(after(251ms), 500ms);
    EXPECT_EQ(after(501ms), 1s);
    EXPECT_EQ(after(1001ms), 2s);
    EXPECT_EQ(after(4s), 4s);
    EXPECT_EQ(after(4001ms), 5s);
    EXPECT_EQ(after(58500ms), 59s);
    EXPECT_EQ(rescueMoment(stranded, stranded + 4001ms, 500ms) - stranded, 4500ms);
}

} // namespace
} // namespace subflowd::test
