// SPDX-License-Identifier: BSD-3-Clause
#include "support/chain.hpp"

/// The host slept: nothing that is known of its networks counts any more.
namespace subflowd::test {
namespace {

using namespace core;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class ResumeTest : public Chain {};

TEST_F(ResumeTest, WhatFailedBeforeIsTriedAgain) {
    first.say = wantsAll;
    lab.kernel.answer(server, Answer::refuses);
    const auto token = connected();
    lab.run(1min);
    EXPECT_EQ(why(token, "10.0.1.1"), "core: waits-for-change");
    const auto mark = lab.mark();
    lab.kernel.answer(server, Answer::accepts);
    lab.run(1h);
    EXPECT_THAT(lab.commandsSince(mark), IsEmpty());
    lab.step(Resumed{8h});
    lab.run(1s);
    EXPECT_THAT(lab.commandsSince(mark), ElementsAre("create 10.0.1.1 id 2 on 2 -> 10.9.0.1:443"));
    EXPECT_EQ(lab.log.back().text, "the host slept for 28800 s: every path may be another");
}

TEST_F(ResumeTest, WhatIsThereStays) {
    first.say = wantsAll;
    const auto token = connected();
    lab.run(1min);
    const auto before = lab.subflows(token);
    lab.step(Resumed{8h});
    lab.run(1min);
    EXPECT_EQ(lab.subflows(token), before);
}

} // namespace
} // namespace subflowd::test
