// SPDX-License-Identifier: BSD-3-Clause
// Reads any bytes as a history of a host: links, peers, applications and operators, and what the
// kernel made of them. The core and the policies must keep what tests/scenarios/random_world.cpp
// demands of them: no command that the protocol forbids, no order broken, no budget passed, the
// kernel's tables in the end, nothing left when all connections are closed, and the same again in a
// replay.
#include "scenarios/random_world.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> left{data, size};
    subflowd::test::RandomWorld world{[left]() mutable {
        if (left.empty())
            return std::uint8_t{0};
        const auto next = left.front();
        left = left.subspan(1);
        return next;
    }};
    const auto problem = world.live();
    if (problem.empty())
        return 0;
    for (const auto& line : world.history())
        std::fprintf(stderr, "%s\n", line.c_str());
    std::fprintf(stderr, "%s\n", problem.c_str());
    std::abort();
}
