// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/connection.hpp>
#include <subflowd/time.hpp>

#include <cstdint>

namespace subflowd::refresh {

/// How far refresh is with a connection. Subflows are called by their local ports, which differ on
/// a path.
struct State {
    /// After so many replacements in a row that changed nothing, the path is what is slow.
    static constexpr std::uint8_t mostFruitless = 10;

    std::uint16_t laggard = 0;   ///< the slowest one, too slow in the last round; 0: none was
    std::uint8_t rounds = 0;     ///< in a row for which it was
    std::uint8_t fruitless = 0;  ///< replacements since none was too slow
    std::uint16_t replacing = 0; ///< the one that is being replaced; 0: none is
    std::uint64_t rate = 0;      ///< bytes a second of the laggard in that round
    Instant judged{};            ///< when the last round was measured
    Instant time{}; ///< since when one is being replaced, or until when nothing is done

    friend bool operator==(const State&, const State&) = default;
};

State read(const Memory& memory);

Memory write(const State& state);

} // namespace subflowd::refresh
