// SPDX-License-Identifier: BSD-3-Clause
#include "state.hpp"

namespace subflowd::refresh {

namespace {

Instant instantOf(std::uint64_t nanoseconds) {
    return Instant{Duration{static_cast<Duration::rep>(nanoseconds)}};
}

std::uint64_t numberOf(Instant instant) {
    return static_cast<std::uint64_t>(instant.time_since_epoch().count());
}

} // namespace

State read(const Memory& memory) {
    const auto packed = memory[0];
    State state;
    state.laggard = static_cast<std::uint16_t>(packed);
    state.replacing = static_cast<std::uint16_t>(packed >> 16);
    state.rounds = static_cast<std::uint8_t>(packed >> 32);
    state.fruitless = static_cast<std::uint8_t>(packed >> 40);
    state.judged = instantOf(memory[1]);
    state.time = instantOf(memory[2]);
    state.rate = memory[3];
    return state;
}

Memory write(const State& state) {
    const auto packed = std::uint64_t{state.laggard} | std::uint64_t{state.replacing} << 16 |
                        std::uint64_t{state.rounds} << 32 | std::uint64_t{state.fruitless} << 40;
    return {packed, numberOf(state.judged), numberOf(state.time), state.rate};
}

} // namespace subflowd::refresh
