// SPDX-License-Identifier: BSD-3-Clause
#include "core/failure.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace subflowd::core {
namespace {

using namespace std::chrono_literals;

constexpr Ending pending{SubflowState::pending, Commanded::no, false, false};
constexpr Ending young{SubflowState::up, Commanded::no, false, false};
constexpr Ending confirmed{SubflowState::up, Commanded::no, false, true};
constexpr Ending commanded{SubflowState::up, Commanded::yes, false, true};
constexpr Ending withdrawn{SubflowState::up, Commanded::no, true, true};
constexpr Ending stale{SubflowState::up, Commanded::no, false, false, true};

event::SubflowClosed closed(int error) {
    event::SubflowClosed event;
    event.error = static_cast<std::uint8_t>(error);
    return event;
}

Cause cause(int error, const Ending& ending) {
    return failureOf(closed(error), ending).cause;
}

TEST(Failure, BeforeItWasEstablished) {
    EXPECT_EQ(cause(0, pending), Cause::notMultipath);
    EXPECT_EQ(cause(ECONNREFUSED, pending), Cause::refused);
    EXPECT_EQ(cause(EHOSTUNREACH, pending), Cause::unreachable);
    EXPECT_EQ(cause(ENETUNREACH, pending), Cause::unreachable);
    EXPECT_EQ(cause(ETIMEDOUT, pending), Cause::timedOut);
    EXPECT_EQ(cause(ECONNABORTED, pending), Cause::abortedOnHost);
    EXPECT_EQ(cause(ECONNRESET, pending), Cause::reset);
}

TEST(Failure, AfterItWasEstablished) {
    EXPECT_EQ(cause(0, young), Cause::rejected) << "K8: the peer's limit";
    EXPECT_EQ(cause(0, confirmed), Cause::closedByPeer);
    EXPECT_EQ(cause(ETIMEDOUT, confirmed), Cause::timedOut);
    EXPECT_EQ(cause(EHOSTUNREACH, confirmed), Cause::unreachable);
    EXPECT_EQ(cause(ENETUNREACH, confirmed), Cause::unreachable);
    EXPECT_EQ(cause(ECONNABORTED, confirmed), Cause::abortedOnHost);
    EXPECT_EQ(cause(ECONNRESET, confirmed), Cause::reset);
}

TEST(Failure, KeepsWhatAResetSaid) {
    auto event = closed(ECONNRESET);
    event.resetReason = 3;
    event.resetTransient = true;
    EXPECT_EQ(failureOf(event, confirmed), (Failure{Cause::resetByPeer, ECONNRESET, 3, true}));
    EXPECT_EQ(failureOf(event, pending).cause, Cause::reset) << "an RST to a SYN has no option";
}

TEST(Failure, OfASubflowThatOvertookARemoval) {
    EXPECT_EQ(cause(0, stale), Cause::staleRemoval);
    EXPECT_EQ(cause(ECONNRESET, stale), Cause::staleRemoval) << "the peer had data for it";
    EXPECT_EQ(cause(ETIMEDOUT, stale), Cause::timedOut);
    auto event = closed(ECONNRESET);
    event.resetReason = 0;
    EXPECT_EQ(failureOf(event, stale).cause, Cause::staleRemoval);
    event.resetReason = 3;
    EXPECT_EQ(failureOf(event, stale).cause, Cause::resetByPeer);
}

TEST(Failure, IsNoneIfTheDaemonOrThePeerAskedForIt) {
    EXPECT_EQ(cause(0, commanded), Cause::expected);
    EXPECT_EQ(cause(ECONNABORTED, commanded), Cause::expected);
    EXPECT_EQ(cause(0, withdrawn), Cause::withdrawn);
}

TEST(Failure, OfACommandIsItsErrno) {
    const auto refusal = [](int error) {
        CommandFinished finished;
        finished.refusal = Refusal::byErrno;
        finished.error = error;
        return failureOf(finished);
    };
    EXPECT_EQ(refusal(EADDRNOTAVAIL).cause, Cause::localGone);
    EXPECT_EQ(refusal(ENETUNREACH).cause, Cause::noRoute);
    EXPECT_EQ(refusal(EHOSTUNREACH).cause, Cause::noRoute);
    EXPECT_EQ(refusal(ENODEV).cause, Cause::noRoute);
    EXPECT_EQ(refusal(ENOTCONN), (Failure{Cause::refusedLocally, ENOTCONN, std::nullopt, false}));
}

TEST(ConfirmationTime, IsTwoRoundTripsAndSomething) {
    EXPECT_EQ(confirmationTime(0), 100ms);
    EXPECT_EQ(confirmationTime(25'000), 150ms);
}

} // namespace
} // namespace subflowd::core
