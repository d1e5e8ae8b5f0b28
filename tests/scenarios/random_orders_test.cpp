// SPDX-License-Identifier: BSD-3-Clause
#include "scenarios/random_world.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <random>
#include <string>

/// Thousands of histories that nobody would think of. SUBFLOWD_RANDOM_RUNS says how many,
/// SUBFLOWD_RANDOM_SEED which is the first.
namespace subflowd::test {
namespace {

std::uint32_t fromEnvironment(const char* name, std::uint32_t otherwise) {
    const auto* const text = std::getenv(name);
    return text ? static_cast<std::uint32_t>(std::stoul(text)) : otherwise;
}

TEST(RandomOrders, KeepEveryPromise) {
    const auto runs = fromEnvironment("SUBFLOWD_RANDOM_RUNS", 800);
    const auto first = fromEnvironment("SUBFLOWD_RANDOM_SEED", 1);
    std::size_t saidAhead = 0;
    for (std::uint32_t seed = first; seed < first + runs; ++seed) {
        RandomWorld world{std::mt19937{seed}};
        const auto problem = world.live();
        saidAhead += world.promisesKept();
        if (problem.empty())
            continue;
        std::string history;
        for (const auto& line : world.history())
            history += line + '\n';
        FAIL() << history << "SUBFLOWD_RANDOM_SEED=" << seed << ": " << problem;
    }
    EXPECT_GE(saidAhead, runs / 4) << "joins that were promised (Outcome::promise)";
}

} // namespace
} // namespace subflowd::test
