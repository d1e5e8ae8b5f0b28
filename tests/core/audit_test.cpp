// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using namespace core;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Audits : public Chain {
  protected:
    void SetUp() override {
        Chain::SetUp();
        first.say = wantsAll;
        lab.configuration().auditInterval = 1min;
        lab.reload();
        lab.settle();
    }

    /// Audits, snapshots that repaired, differences repaired, and those that an audit led to.
    std::vector<std::uint64_t> counts() const {
        const auto counters = lab.engine->counters();
        return {counters.audits, counters.resyncs, counters.repairs, counters.auditRepairs};
    }

    std::vector<std::string> warnings() const {
        std::vector<std::string> texts;
        for (const auto& record : lab.log)
            if (record.level == LogRecord::Level::warning)
                texts.push_back(record.text);
        return texts;
    }
};

TEST_F(Audits, AreNotMadeWhileThereIsNothingToCompare) {
    lab.run(1h);
    EXPECT_THAT(counts(), ElementsAre(0, 0, 0, 0));
    connected();
    lab.run(59s);
    EXPECT_THAT(counts(), ElementsAre(0, 0, 0, 0)) << "the first connection begins the interval";
}

TEST_F(Audits, FindNothingWhereNothingWasMissed) {
    const auto token = connected();
    connected();
    lab.run(1s);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 110);
    lab.run(10min);
    EXPECT_THAT(counts(), ElementsAre(10, 0, 0, 0));
    EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(Audits, AreNotMadeIfTheyAreNotWanted) {
    lab.configuration().auditInterval = Duration::max();
    lab.reload();
    connected();
    lab.run(24h);
    EXPECT_THAT(counts(), ElementsAre(0, 0, 0, 0));
}

TEST_F(Audits, HaveRepairedWhatNoEventTold) {
    const auto token = connected();
    const auto gone = connected();
    lab.run(1s);
    lab.kernel.losesEvents = true; // and nobody is told
    lab.kernel.close(gone);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 110);
    const auto missed = lab.kernel.connect("10.0.1.1:7000", server);
    lab.kernel.establish(missed);
    lab.run(1s);
    lab.kernel.losesEvents = false;
    lab.run(57s);
    EXPECT_TRUE(lab.engine->report(gone));
    lab.run(3s);
    EXPECT_FALSE(lab.engine->report(gone));
    EXPECT_TRUE(lab.engine->report(missed));
    EXPECT_EQ(lab.subflows(token).size(), 2U);
    EXPECT_THAT(counts(), ElementsAre(1, 1, 4, 4))
        << "a connection more, its subflow, one less, a subflow less";
    EXPECT_THAT(warnings(), ElementsAre(HasSubstr("4 changes that no event had told of")));
    lab.run(5min);
    EXPECT_THAT(counts(), ElementsAre(6, 1, 4, 4)) << "once was enough";
}

TEST_F(Audits, SeeAPriorityThatChangedUnseen) {
    const auto token = connected();
    lab.run(1s);
    lab.kernel.losesEvents = true;
    lab.kernel.setPriorityFromPeer(token, "10.0.1.1", server, Priority::backup);
    lab.run(1s);
    lab.kernel.losesEvents = false;
    lab.run(1min);
    EXPECT_EQ(lab.engine->counters().resyncs, 1U);
    const auto report = lab.engine->report(token);
    const auto backups =
        std::ranges::count(report->subflows, Priority::backup, &SubflowReport::peerPriority);
    EXPECT_EQ(backups, 1);
}

TEST_F(Audits, HaveNothingRepairedThatAnEventUnderWayExplains) {
    const auto token = connected();
    const auto closed = connected();
    lab.run(1s);
    lab.kernel.dumpTakes = 100ms;
    lab.audit();
    lab.settle();
    lab.kernel.close(closed);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 110);
    connected();
    lab.run(1s);
    EXPECT_THAT(counts(), ElementsAre(1, 0, 0, 0));
    EXPECT_EQ(lab.engine->counters().connections, 2U);
}

/// The snapshot after the loss was wanted anyway, and nobody has to report a fault.
TEST_F(Audits, AreNotPraisedForWhatALossExplains) {
    const auto closed = connected();
    connected();
    lab.run(1s);
    lab.kernel.dumpTakes = 100ms;
    lab.audit();
    lab.settle();
    lab.kernel.losesEvents = true;
    lab.kernel.close(closed);
    lab.kernel.losesEvents = false;
    lab.step(EventsLost{});
    lab.run(1s);
    EXPECT_THAT(counts(), ElementsAre(1, 1, 1, 0));
    EXPECT_THAT(warnings(), IsEmpty());
}

} // namespace
} // namespace subflowd::test
