// SPDX-License-Identifier: BSD-3-Clause
#include "core/histogram.hpp"
#include "support/chain.hpp"

#include <cerrno>
#include <numeric>

/// How long things took, as the core counts it.
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using namespace core;

Histogram histogramOf(std::initializer_list<Duration> durations) {
    Histogram histogram;
    for (const auto duration : durations)
        histogram.add(duration);
    return histogram;
}

/// The bucket of one duration alone.
std::size_t bucketOf(Duration duration) {
    const auto counts = histogramOf({duration}).counts();
    return static_cast<std::size_t>(std::ranges::find(counts, 1U) - counts.begin());
}

std::uint64_t count(const Histogram& histogram) {
    return std::accumulate(histogram.counts().begin(), histogram.counts().end(), std::uint64_t{});
}

TEST(AHistogram, HasPowersOfTwoOfAMicrosecond) {
    EXPECT_EQ(Histogram::bound(0), 1us);
    EXPECT_EQ(Histogram::bound(1), 2us);
    EXPECT_EQ(Histogram::bound(10), 1024us);
    EXPECT_EQ(Histogram::bound(22), 4'194'304us);
    EXPECT_EQ(Histogram::bound(23), Duration::max());
}

TEST(AHistogram, CountsABoundWithinIt) {
    EXPECT_EQ(bucketOf(0ns), 0U);
    EXPECT_EQ(bucketOf(1ns), 0U);
    EXPECT_EQ(bucketOf(1us), 0U);
    EXPECT_EQ(bucketOf(1001ns), 1U);
    EXPECT_EQ(bucketOf(2us), 1U);
    EXPECT_EQ(bucketOf(2001ns), 2U);
    for (std::size_t bucket = 1; bucket + 1 < Histogram::buckets; ++bucket) {
        EXPECT_EQ(bucketOf(Histogram::bound(bucket)), bucket);
        EXPECT_EQ(bucketOf(Histogram::bound(bucket) + 1ns), bucket + 1);
    }
}

TEST(AHistogram, HasABucketForWhateverIsLonger) {
    EXPECT_EQ(bucketOf(5s), 23U);
    EXPECT_EQ(bucketOf(24h), 23U);
    EXPECT_EQ(bucketOf(Duration::max()), 23U);
}

TEST(AHistogram, TakesLessThanNothingForNothing) {
    EXPECT_EQ(histogramOf({-1s}), histogramOf({0s}));
    EXPECT_EQ(bucketOf(Duration::min()), 0U);
}

TEST(AHistogram, SumsUp) {
    EXPECT_EQ(histogramOf({3us, 999ns, 1s, -1s}).sum(), 1'000'003'999ns);
    EXPECT_EQ(histogramOf({3us, 4us}).counts()[2], 2U);
    EXPECT_EQ(Histogram{}.sum(), 0s);
}

class LatenciesTest : public Chain {
  protected:
    void SetUp() override {
        Chain::SetUp();
        first.say = wantsAll;
    }

    /// A connection whose join's command was issued now and is not answered.
    Token joining() {
        const auto token = lab.kernel.connect("10.0.0.1:1000", server);
        lab.settle();
        lab.engine->step(lab.now, KernelEvent{event::Established{lab.kernel[token].facts}});
        return token;
    }

    void answer(Refusal refusal, int error = 0) {
        lab.step(CommandFinished{CommandId{1}, refusal, error, "", {}, {}, {}});
    }

    void establishJoin(Token token) {
        const event::Subflow join{token,
                                  {{other, 40000}, parseEndpoint(server).value()},
                                  AddressId{2},
                                  AddressId{0},
                                  Priority::regular,
                                  noLink};
        lab.step(KernelEvent{event::SubflowEstablished{join}});
    }

    const Latencies& latencies() const { return lab.engine->latencies(); }
};

TEST_F(LatenciesTest, BeginWithNothing) {
    EXPECT_EQ(latencies(), Latencies{});
}

TEST_F(LatenciesTest, AreThoseOfAJoin) {
    const auto token = joining();
    lab.now += 300us;
    answer(Refusal::none);
    EXPECT_EQ(latencies().commandToAck, histogramOf({300us}));
    EXPECT_EQ(latencies().ackToEstablished, Histogram{});
    lab.now += 20ms;
    establishJoin(token);
    EXPECT_EQ(latencies().ackToEstablished, histogramOf({20ms}));
    EXPECT_EQ(latencies().commandToAck, histogramOf({300us}));
    EXPECT_EQ(lab.engine->counters().subflowsEstablished, 1U);
}

TEST_F(LatenciesTest, AreARoundTripWhereTheKernelAnswersAtOnce) {
    connected();
    lab.run(1s);
    EXPECT_EQ(latencies().commandToAck, histogramOf({0s}));
    EXPECT_EQ(latencies().ackToEstablished, histogramOf({lab.kernel.roundTrip}));
}

TEST_F(LatenciesTest, AreNothingWhereTheEventOvertookTheAck) {
    lab.kernel.acksComeLate = true;
    connected();
    lab.run(1s);
    EXPECT_EQ(latencies().commandToAck, histogramOf({2 * lab.kernel.roundTrip}));
    EXPECT_EQ(latencies().ackToEstablished, histogramOf({0s}));
}

TEST_F(LatenciesTest, HaveRefusalsAsAcksOnly) {
    joining();
    lab.now += 40us;
    answer(Refusal::byErrno, ENETUNREACH);
    lab.run(1s);
    EXPECT_EQ(latencies().commandToAck, histogramOf({40us}));
    EXPECT_EQ(latencies().ackToEstablished, Histogram{});
}

TEST_F(LatenciesTest, HaveNothingOfACommandThatWasNotAnswered) {
    joining();
    lab.now += 1s;
    answer(Refusal::unanswered);
    EXPECT_EQ(count(latencies().commandToAck), 0U);
}

TEST_F(LatenciesTest, AreCountedOnce) {
    const auto token = joining();
    lab.now += 1ms;
    answer(Refusal::none);
    answer(Refusal::none);
    lab.now += 5ms;
    establishJoin(token);
    establishJoin(token);
    EXPECT_EQ(count(latencies().commandToAck), 1U);
    EXPECT_EQ(latencies().ackToEstablished, histogramOf({5ms}));
}

TEST_F(LatenciesTest, OfAJoinThatGoesOutAgainBeginWithItsLastAck) {
    HostFacts host;
    host.ephemeralPorts = {50000, 50015};
    lab.step(host);
    for (int i = 0; i < 4; ++i) // a quarter of the ports: the daemon chooses them from now on
        connected();
    lab.run(1s);
    lab.kernel.takenPorts = {50000};
    const auto before = latencies();
    connected();
    lab.run(1s);
    ASSERT_EQ(lab.commandsSince(4).size(), 2U);
    EXPECT_EQ(count(latencies().commandToAck), count(before.commandToAck) + 2) << "a refusal, too";
    EXPECT_EQ(count(latencies().ackToEstablished), count(before.ackToEstablished) + 1);
    EXPECT_EQ(latencies().ackToEstablished.sum(),
              before.ackToEstablished.sum() + lab.kernel.roundTrip);
}

TEST_F(LatenciesTest, HaveNothingOfAJoinWhoseAnswerWasMissed) {
    const auto token = lab.kernel.connect("10.0.0.1:1000", server);
    lab.kernel.establish(token);
    lab.kernel.losesEvents = true; // from now on
    lab.run(6s);
    ASSERT_EQ(lab.engine->counters().joinsTimedOut, 1U);
    ASSERT_EQ(lab.engine->counters().pending, 1U) << "inet_diag does not show it as a SYN";
    establishJoin(token);
    EXPECT_EQ(lab.engine->counters().pending, 0U);
    EXPECT_EQ(latencies().ackToEstablished, Histogram{});
}

TEST_F(LatenciesTest, HaveNothingOfWhatPeersOpen) {
    const auto token =
        lab.kernel.connect("10.0.0.1:443", "10.9.0.7:5000", JoinInitial::allowed, Side::server);
    lab.kernel.establish(token);
    first.say = nullptr;
    lab.settle();
    lab.kernel.joinFromPeer(token, "10.0.0.1:443", "10.9.0.8:5001", 1);
    lab.run(1s);
    EXPECT_EQ(lab.engine->report(token)->subflows.size(), 2U);
    EXPECT_EQ(latencies().ackToEstablished, Histogram{});
}

TEST_F(LatenciesTest, AreThoseOfSnapshots) {
    connected();
    lab.run(1s);
    lab.kernel.dumpTakes = 70ms;
    lab.resync();
    lab.run(1s);
    EXPECT_EQ(latencies().snapshot, histogramOf({70ms}));
    const auto told = std::ranges::find(lab.changes, Change::Kind::resynchronised, &Change::kind);
    ASSERT_NE(told, lab.changes.end());
    EXPECT_EQ(told->took, 70ms);
    lab.kernel.dumpTakes = 30ms;
    lab.audit();
    lab.run(1s);
    EXPECT_EQ(latencies().snapshot, histogramOf({70ms, 30ms}));
}

TEST_F(LatenciesTest, OfASnapshotThatWasBegunAnewCountFromThen) {
    lab.step(SnapshotPart{snapshot::Begun{snapshot::Occasion::eventsLost}});
    lab.now += 10ms;
    lab.step(SnapshotPart{snapshot::Begun{snapshot::Occasion::eventsLost}});
    lab.now += 3ms;
    lab.step(SnapshotPart{snapshot::Ended{}});
    EXPECT_EQ(latencies().snapshot, histogramOf({3ms}));
}

} // namespace
} // namespace subflowd::test
