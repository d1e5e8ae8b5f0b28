// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/engine.hpp"
#include "recording/entry.hpp"
#include "replay/evidence.hpp"
#include "replay/stand_in.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace subflowd::ctl::replay {

/// What came of a replay.
struct Summary {
    std::uint64_t inputs = 0;
    std::uint64_t recordedCommands = 0;
    std::uint64_t replayedCommands = 0;
    std::uint64_t assumptions = 0;   ///< commands whose answer the recording does not have
    std::uint64_t lost = 0;          ///< lines that lack in the recording
    Instant firstDifference = never; ///< of what was commanded

    friend bool operator==(const Summary&, const Summary&) = default;
};

/// Tells a core what a recorded one was told.
class Player {
  public:
    /// Whether what is told has been recorded, or is what the stand-in for the kernel supposes.
    enum class Basis : std::uint8_t { recorded, assumed };

    struct Callbacks {
        /// The configuration for a recorded one; null: the one in force stays.
        std::function<std::shared_ptr<const core::Configuration>(const recording::Configured&)>
            configure;
        std::function<void(Instant, const core::Change&, Basis)> show;
    };

    /// The evidence must outlive the player.
    Player(const Evidence& evidence, Callbacks callbacks)
        : stand_(evidence), callbacks_(std::move(callbacks)) {}

    void play(const recording::Entry& entry);

    /// After the last entry.
    Summary end();

    /// To ask for names; null before the first configuration.
    const core::Engine* engine() const { return engine_.get(); }

  private:
    void play(Instant when, const core::Input& input);
    void play(Instant when, const recording::Configured& configured);
    void play(Instant when, const recording::Issued& issued);
    void play(Instant when, const recording::Gap& gap);
    void advance(Instant until);
    void settle(const std::vector<core::IssuedCommand>& recorded);
    void step(Instant when, const core::Input& input, Basis basis);

    StandIn stand_;
    Callbacks callbacks_;
    std::unique_ptr<core::Engine> engine_;
    Instant now_{};
    Instant wake_ = never;
    std::vector<core::IssuedCommand> issued_; ///< since the last input, and not settled yet
    Summary summary_;
};

} // namespace subflowd::ctl::replay
