// SPDX-License-Identifier: BSD-3-Clause
#include "core/order_book.hpp"
#include "support/chain.hpp"

#include <algorithm>
#include <stdexcept>

/// What an operator orders, between the policies and what the core guarantees.
namespace subflowd::test {
namespace {

using namespace std::chrono_literals;
using namespace core;
using testing::ElementsAre;
using testing::IsEmpty;

class Operator : public Chain {
  protected:
    static request::PathName from(const char* local, const char* remote = server) {
        const auto endpoint = parseEndpoint(remote).value();
        return {parseAddress(local).value(), 0, noLink, endpoint.address, endpoint.port};
    }

    /// Asks, and returns the answers so far that were not looked at.
    std::vector<std::string> ask(Request request) {
        lab.ask(std::move(request));
        lab.settle();
        return heard();
    }

    std::vector<std::string> heard() {
        std::vector<std::string> answers;
        for (; heard_ < lab.answers.size(); ++heard_)
            answers.push_back(describe(lab.answers[heard_]));
        return answers;
    }

  private:
    std::size_t heard_ = 0;
};

TEST_F(Operator, IsAnsweredWithTheNumberOfTheRequest) {
    const auto one = lab.ask(request::Retry{Token{1}, {}});
    const auto two = lab.ask(request::Retry{Token{2}, {}});
    ASSERT_EQ(lab.answers.size(), 2U);
    EXPECT_EQ(lab.answers[0].id, one);
    EXPECT_EQ(lab.answers[1].id, two);
    EXPECT_EQ(lab.answers[1].result, RequestResult::noSuchConnection);
}

TEST_F(Operator, IsAnsweredWhenTheKernelTookTheCommand) {
    lab.kernel.acksComeLate = true;
    const auto token = connected();
    EXPECT_THAT(ask(request::CreateSubflow{token, from("10.0.1.1"), Priority::regular}), IsEmpty());
    lab.run(100ms);
    EXPECT_THAT(heard(), ElementsAre("done"));
}

TEST_F(Operator, StandsBeforeForbidsAndHoldsOfPolicies) {
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.forbid(pathFrom(connection, other), Existing::close, reason);
        plan.limit(LimitScope::connection, 1, reason);
    };
    second.say = [](const auto& connection, const auto&, Plan& plan) {
        plan.hold(pathFrom(connection, other), Until::networkChange, {}, reason);
    };
    const auto token = connected();
    EXPECT_THAT(ask(request::CreateSubflow{token, from("10.0.1.1"), Priority::regular}),
                ElementsAre("done"));
    EXPECT_EQ(why(token, "10.0.1.1"), "operator: operator-created");
}

TEST_F(Operator, WantsRegularThoughAPolicyWantsBackup) {
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        wantAll(connection, plan, {0, 1, Priority::backup});
    };
    const auto token = connected();
    lab.run(1s);
    const auto mark = lab.mark();
    EXPECT_THAT(ask(request::SetPriority{token, from("10.0.1.1"), Priority::regular}),
                ElementsAre("done"));
    EXPECT_THAT(lab.commandsSince(mark), ElementsAre("regular 10.0.1.1 -> 10.9.0.1:443"));
    EXPECT_THAT(ask(request::Release{token, from("10.0.1.1")}), ElementsAre("done"));
    EXPECT_THAT(lab.subflows(token), testing::Contains("10.0.1.1 -> 10.9.0.1:443 backup"));
}

TEST_F(Operator, LiftsAHoldThatWaitsForHim) {
    first.say = [](const auto& connection, const auto&, Plan& plan) {
        wantAll(connection, plan);
        plan.hold(pathFrom(connection, other), Until::operatorActs, {}, reason);
    };
    const auto token = connected();
    lab.run(60s);
    EXPECT_EQ(why(token, "10.0.1.1"), "first: because");
    EXPECT_THAT(ask(request::Retry{token, {}}), ElementsAre("done"));
    lab.run(1s);
    EXPECT_EQ(lab.subflows(token).size(), 2U);
    lab.kernel.breakSubflow(token, "10.0.1.1", server, 104);
    lab.run(60s);
    EXPECT_EQ(why(token, "10.0.1.1"), "first: because") << "once, and not for ever";
}

TEST_F(Operator, PaysNothingFromTheBudgets) {
    lab.configuration().guard.connectionJoins = {1, 3600s};
    lab.reload();
    const auto token = connected();
    for (int i = 2; i < 7; ++i) {
        const auto remote = "10.9.0." + std::to_string(i) + ":443";
        lab.kernel.answer(remote, Answer::silent);
        EXPECT_THAT(
            ask(request::CreateSubflow{token, from("10.0.1.1", remote.c_str()), Priority::regular}),
            ElementsAre("done"))
            << remote;
    }
}

TEST_F(Operator, IsToldOfAPolicyThatThrew) {
    first.say = [](const auto&, const auto&, Plan&) { throw std::runtime_error("no"); };
    const auto token = connected();
    EXPECT_THAT(ask(request::CreateSubflow{token, from("10.0.1.1"), Priority::backup}),
                ElementsAre("done"))
        << "what he wants does not hang on it";
}

TEST_F(Operator, HasNoPowerOverConnectionsOfTheKernel) {
    const auto token = connected();
    lab.kernel[token].kernelManaged = true;
    EXPECT_THAT(ask(request::CreateSubflow{token, from("10.0.1.1"), Priority::regular}),
                ElementsAre("not-managed 22 userspace PM not selected"));
    EXPECT_THAT(ask(request::Release{token, {}}),
                ElementsAre("not-managed the connection belongs to the in-kernel path manager"));
    lab.configuration().mode = Mode::observe;
    lab.reload();
    EXPECT_THAT(ask(request::Retry{connected(), {}}),
                ElementsAre("not-managed Mode=observe: the daemon only looks on"));
    lab.configuration().mode = Mode::kernel;
    lab.reload();
    EXPECT_THAT(ask(request::Retry{connected(), {}}),
                ElementsAre("not-managed Mode=kernel: the in-kernel path manager decides, by "
                            "endpoints and limits"));
}

TEST_F(Operator, IsToldWhenTheConnectionClosesMeanwhile) {
    const auto token = connected();
    lab.kernel.acksComeLate = true;
    EXPECT_THAT(ask(request::CreateSubflow{token, from("10.0.1.1"), Priority::regular}), IsEmpty());
    lab.kernel.close(token);
    lab.run(1s);
    EXPECT_THAT(heard(), ElementsAre("no-such-connection the connection closed meanwhile"));
    EXPECT_EQ(lab.engine->counters().connections, 0U);
}

TEST_F(Operator, IsToldWhenTheKernelDoesNotAnswer) {
    const auto token = connected();
    lab.configuration().policies[0].policy = &first;
    first.needed = Needs::facts; // the answer takes longer than an operator waits
    lab.kernel.factsTake = 60s;
    lab.reload();
    lab.run(1s);
    EXPECT_THAT(ask(request::CreateSubflow{token, from("10.0.1.1"), Priority::regular}), IsEmpty());
    lab.run(10s);
    EXPECT_THAT(heard(), ElementsAre("unanswered the kernel gave no answer in time"));
    lab.run(60s);
    EXPECT_EQ(lab.mark(), 1U) << "and nothing is ordered";
    EXPECT_THAT(lab.commandsSince(0), ElementsAre("ask facts"));
}

TEST_F(Operator, OrdersNoMoreThanThereIsRoomFor) {
    lab.configuration().limits.subflows = 254;
    lab.reload();
    const auto token = connected();
    std::size_t done = 0;
    std::string last;
    for (int i = 1; i < 100 && last.empty(); ++i) {
        const auto remote = "10.9.1." + std::to_string(i) + ":443";
        const auto answers =
            ask(request::CreateSubflow{token, from("10.0.1.1", remote.c_str()), Priority::regular});
        if (answers == std::vector<std::string>{"done"})
            ++done;
        else
            last = answers.empty() ? "no answer" : answers.front();
    }
    EXPECT_EQ(done, OrderBook::most);
    EXPECT_EQ(last, "limit-reached the connection has too many orders");
}

TEST_F(Operator, IsToldOfALinkThatIsNotThere) {
    EXPECT_THAT(ask(request::SetRole{LinkIndex{77}, Role::backup}),
                ElementsAre("no-such-link there is no such link"));
    EXPECT_THAT(ask(request::Drain{LinkIndex{77}, request::Draining::begins}),
                ElementsAre("no-such-link there is no such link"));
}

TEST_F(Operator, SeesThatALinkIsDrained) {
    ask(request::Drain{LinkIndex{2}, request::Draining::begins});
    const auto links = lab.engine->links();
    const auto drained = std::ranges::find(links, LinkIndex{2}, &LinkReport::index);
    EXPECT_TRUE(drained->drained);
    EXPECT_EQ(drained->addresses.at(0).usability, Usability::ignored);
    ask(request::Drain{LinkIndex{2}, request::Draining::ends});
    EXPECT_FALSE(lab.engine->links().at(1).drained);
}

TEST_F(Operator, ChoosesPoliciesOfTheRuleBeforeOthersOfTheName) {
    ScriptedPolicy third{wantsAll};
    lab.configuration().policies.insert(lab.configuration().policies.begin(), {"second", &third});
    lab.configuration().rules[0].chain = {1, 2};
    lab.reload();
    const auto token = connected();
    EXPECT_THAT(ask(request::SetPolicies{token, {"second"}}), ElementsAre("done"));
    EXPECT_EQ(third.calls, 0);
    EXPECT_EQ(lab.subflows(token).size(), 1U);
}

TEST_F(Operator, IsForgottenWithTheConnection) {
    const auto token = connected();
    ask(request::CreateSubflow{token, from("10.0.1.1", "10.9.0.7:443"), Priority::regular});
    ask(request::Announce{token, {other, 0}});
    ask(request::SetPolicies{token, {"first"}});
    lab.run(1s);
    lab.kernel.close(token);
    lab.run(1s);
    const auto mark = lab.mark();
    EXPECT_THAT(ask(request::Release{token, {}}),
                ElementsAre("no-such-connection there is no such connection"));
    lab.reload();
    lab.run(60s);
    EXPECT_EQ(lab.mark(), mark);
}

} // namespace
} // namespace subflowd::test
