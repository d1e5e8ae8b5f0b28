// SPDX-License-Identifier: BSD-3-Clause
#include "core/policy_desk.hpp"
#include "support/scripted_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace subflowd::core {
namespace {

using Answer = PolicyDesk::Answer;
using test::ScriptedPolicy;
using testing::ElementsAre;
using testing::IsEmpty;

/// Throws wherever it is called.
class Careless : public Policy {
  public:
    Needs needs() const override { throw std::runtime_error("needs"); }

    void plan(const ConnectionView&, const HostView&, Plan&) override { throw 1; }

    void learn(const Fact&, Store&) override { throw std::runtime_error("learn"); }
};

class Desk : public testing::Test {
  protected:
    Answer ask(std::size_t policy) {
        plan.clear();
        return desk.ask(policy, {}, {{}, {}, {}, desk.memory(policy), {}, {}}, plan);
    }

    PolicyDesk desk;
    Plan plan;
};

TEST_F(Desk, PutsAPolicyInQuarantineAfterThreeStrikes) {
    ScriptedPolicy policy{[](const auto&, const auto&, auto&) { throw 1; }};
    const ConfiguredPolicy seats[] = {{"bad", &policy}};
    desk.configure(seats);
    EXPECT_EQ(ask(0), Answer::threw);
    EXPECT_EQ(ask(0), Answer::threw);
    EXPECT_THAT(desk.takeQuarantined(), IsEmpty());
    EXPECT_EQ(ask(0), Answer::threw);
    EXPECT_THAT(desk.takeQuarantined(), ElementsAre("bad"));
    EXPECT_THAT(desk.takeQuarantined(), IsEmpty()) << "told once";
    EXPECT_EQ(ask(0), Answer::quarantined);
    EXPECT_EQ(policy.calls, 3) << "it is not asked any more";
    EXPECT_EQ(desk.report()[0], (PolicyReport{"bad", 3, true}));
    desk.tell(0, Fact{});
    EXPECT_THAT(policy.facts, IsEmpty());
}

TEST_F(Desk, CountsWhateverIsThrownWherever) {
    Careless policy;
    const ConfiguredPolicy seats[] = {{"careless", &policy}};
    desk.configure(seats);
    EXPECT_EQ(desk.needs(0), Needs::events) << "the least, if it does not say";
    EXPECT_EQ(ask(0), Answer::threw);
    desk.tell(0, Fact{});
    EXPECT_THAT(desk.takeQuarantined(), ElementsAre("careless"));
    desk.configure(seats);
    EXPECT_EQ(desk.report()[0], (PolicyReport{"careless", 1, false})) << "another chance";
}

TEST_F(Desk, KeepsMemoriesWithTheNames) {
    ScriptedPolicy first;
    ScriptedPolicy second;
    second.needed = Needs::facts;
    const ConfiguredPolicy before[] = {{"first", &first}, {"second", &second}};
    desk.configure(before);
    EXPECT_EQ(desk.needs(1), Needs::facts);
    desk.tell(1, Fact{});
    EXPECT_EQ(desk.memory(0).size(), 0U);
    EXPECT_EQ(desk.memory(1).size(), 1U);
    const ConfiguredPolicy after[] = {{"second", &second}};
    desk.configure(after);
    EXPECT_EQ(desk.size(), 1U);
    EXPECT_EQ(desk.name(0), "second");
    EXPECT_EQ(desk.memory(0).size(), 1U);
}

} // namespace
} // namespace subflowd::core
