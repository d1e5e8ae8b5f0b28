// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace subflowd {

/// The output of the generator splitmix64 for a state: evenly distributed, and always the same for
/// the same number. What policies use instead of chance, so that the same inputs always give the
/// same plan.
constexpr std::uint64_t splitmix64(std::uint64_t state) {
    state += 0x9e3779b97f4a7c15U;
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9U;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebU;
    return state ^ (state >> 31);
}

} // namespace subflowd
