// SPDX-License-Identifier: BSD-3-Clause
#include "core/reachability.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace subflowd::core {
namespace {

using namespace std::chrono_literals;
using News = Reachability::News;

constexpr LinkIndex link{2};
constexpr auto host = IpAddress::v4(10, 9, 0, 1);
constexpr Token first{1};
constexpr Token second{2};

Instant at(Duration since) {
    return Instant{1000s} + since;
}

TEST(Reachability, AnAnswerIsNewsOnlyAfterAFailure) {
    Reachability known;
    EXPECT_EQ(known.answered(link, host, at(0s)), News::no);
    EXPECT_EQ(known.lastNews(link, host), Instant{});
    known.failed(link, host, at(1s));
    EXPECT_EQ(known.answered(link, host, at(2s)), News::yes);
    EXPECT_EQ(known.lastNews(link, host), at(2s));
    EXPECT_EQ(known.answered(link, host, at(3s)), News::no);
    EXPECT_EQ(known.lastNews(link, host), at(2s)) << "everybody heard that one";
}

TEST(Reachability, IsOfALinkAndAHost) {
    Reachability known;
    known.failed(link, host, at(0s));
    EXPECT_EQ(known.answered(LinkIndex{3}, host, at(1s)), News::no);
    EXPECT_EQ(known.answered(link, IpAddress::v4(10, 9, 0, 2), at(1s)), News::no);
    EXPECT_EQ(known.answered(link, host, at(1s)), News::yes);
}

TEST(Reachability, OneProbesAndTheOthersWait) {
    Reachability known;
    EXPECT_TRUE(known.mayProbe(link, host, {first, at(0s), 1s}, at(1s)));
    EXPECT_FALSE(known.mayProbe(link, host, {second, at(0s), 1s}, at(1s)));
    EXPECT_TRUE(known.mayProbe(link, host, {first, at(0s), 1s}, at(2s)));
    EXPECT_FALSE(known.mayProbe(link, host, {second, at(0s), 1s}, at(3s)));
}

TEST(Reachability, WhoStopsProbingIsSucceeded) {
    Reachability known;
    known.mayProbe(link, host, {first, at(0s), 1s}, at(1s));
    EXPECT_FALSE(known.mayProbe(link, host, {second, at(0s), 1s}, at(3s)));
    EXPECT_TRUE(known.mayProbe(link, host, {second, at(0s), 1s}, at(3001ms)));
    EXPECT_FALSE(known.mayProbe(link, host, {first, at(0s), 1s}, at(4s)));
}

TEST(Reachability, AnAnswerIsForEverybodyThatFailedBefore) {
    Reachability known;
    known.failed(link, host, at(0s));
    known.mayProbe(link, host, {first, at(0s), 1s}, at(1s));
    known.answered(link, host, at(2s));
    EXPECT_TRUE(known.mayProbe(link, host, {second, at(1s), 1s}, at(2s)));
    EXPECT_FALSE(known.mayProbe(link, host, {second, at(2s), 1s}, at(2s)))
        << "it tried since, and was not answered itself";
}

} // namespace
} // namespace subflowd::core
