// SPDX-License-Identifier: BSD-3-Clause
#include "scenarios/random_world.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

/// Thousands of histories that nobody would think of. SUBFLOWD_RANDOM_RUNS says how many,
/// SUBFLOWD_RANDOM_SEED which is the first.
namespace subflowd::test {
namespace {

std::uint32_t fromEnvironment(const char* name, std::uint32_t otherwise) {
    const auto* const text = std::getenv(name);
    return text ? static_cast<std::uint32_t>(std::stoul(text)) : otherwise;
}

/// What went wrong in one history; empty if nothing.
std::string live(RandomWorld& world) {
    for (int part = 0; part < 3; ++part) {
        for (int i = 0; i < 25; ++i)
            if (auto problem = world.step(); !problem.empty())
                return problem;
        if (auto problem = world.rest(); !problem.empty())
            return problem;
    }
    if (auto problem = world.end(); !problem.empty())
        return problem;
    return world.replay();
}

TEST(RandomOrders, KeepEveryPromise) {
    const auto runs = fromEnvironment("SUBFLOWD_RANDOM_RUNS", 800);
    const auto first = fromEnvironment("SUBFLOWD_RANDOM_SEED", 1);
    for (std::uint32_t seed = first; seed < first + runs; ++seed) {
        RandomWorld world{seed};
        std::string problem;
        try {
            problem = live(world);
        } catch (const NeverRests& busy) {
            problem = busy.what();
        }
        if (problem.empty())
            continue;
        std::string history;
        for (const auto& line : world.history())
            history += line + '\n';
        FAIL() << history << "SUBFLOWD_RANDOM_SEED=" << seed << ": " << problem;
    }
}

} // namespace
} // namespace subflowd::test
