// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/evaluator.hpp"
#include "core/input.hpp"
#include "core/network.hpp"
#include "core/world.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace subflowd::core {

/// Looks at connections again when time has come or the network has changed. Mass work goes in
/// slices, so that fresh events of the kernel never wait behind it.
///
/// The first change of a link acts at once. A link that changes its direction (an address became
/// usable, then unusable, or the other way round) within the debounce time acts again only when
/// that time is over, in the state it has then.
class Sweeper {
  public:
    /// A command takes the kernel some 40 us, for which a new connection waits.
    static constexpr std::size_t commandsPerSlice = 2;
    static constexpr std::size_t connectionsPerSlice = 512;
    static constexpr std::size_t connectionsOfLine = 256;
    static constexpr Duration lineInterval = std::chrono::milliseconds(10);
    static constexpr Duration debounceTime = std::chrono::milliseconds(500);

    Sweeper(World& world, Evaluator& evaluator) : world_(world), evaluator_(evaluator) {}

    void handle(const NetworkChange& change);

    void handle(const Resumed& resumed);

    /// One slice: due connections first, then as much of the sweep as a slice may hold.
    void work();

    /// When there is something to do again; not after now: at once.
    Instant nextWork();

  private:
    struct Calm {
        LinkIndex link = noLink;
        LinkTable::Effect direction = LinkTable::Effect::none;
        Instant until{};
        bool pending = false; ///< something changed that was not acted on
    };

    /// What of the table a sweep has still before it, from where it stands.
    enum class Stretch : std::uint8_t {
        none,
        toTheEnd,   ///< and then from the beginning to where it began
        toItsBegin, ///< of the sweep
    };

    void start();
    void endDebounces();
    void workTimers();
    void workLine();
    void workSweep();
    std::optional<std::size_t> nextSlot();
    bool sliceIsFull() const;
    void publishUsability(LinkIndex link, LinkTable::Effect effect);

    World& world_;
    Evaluator& evaluator_;
    std::vector<Calm> calms_;
    Instant nextLine_{}; ///< when those that wait for a budget are looked at again
    Stretch stretch_ = Stretch::none;
    std::size_t cursor_ = 0; ///< the next slot
    std::size_t stop_ = 0;   ///< where the sweep began
};

} // namespace subflowd::core
