// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/spin.hpp"

#include <subflowd/ids.hpp>
#include <subflowd/time.hpp>

#include <chrono>
#include <cstdint>

namespace subflowd::runtime {

/// Decides how long to stay awake for the end of a handshake. Between the CREATED and the
/// ESTABLISHED event of a client's connection there is one round trip and what the application
/// needs to send its first byte. Where that is short, waking up costs more than all the rest: a
/// virtual processor that went to sleep takes some 20 to 50 us to come back. So the daemon may look
/// for the event without sleeping, within a cap and a share of one processor.
///
/// `auto` stays awake only where that was of use lately: the handshakes were short, and nobody else
/// wanted the processor. The last connection alone is followed; with many at once something wakes
/// the daemon anyway.
class HandshakeSpin {
  public:
    /// The most that `auto` stays awake for a connection.
    static constexpr Duration automaticCap = std::chrono::microseconds(500);

    /// What may be spent is a tenth of one processor's time, and this much of it at once.
    static constexpr int shareOfTime = 10;
    static constexpr Duration mostSaved = std::chrono::milliseconds(50);

    enum class Processors : std::uint8_t { one, several };

    HandshakeSpin(config::Spin setting, Processors processors);

    bool isOn() const { return cap_ != Duration{}; }

    void created(Instant now, Token token);
    void established(Instant now, Token token);

    /// The loop stayed awake until now, in vain.
    void gaveUp(Instant now);

    /// Until when the loop looks without sleeping. A moment that is past: not at all.
    Instant until() const { return until_; }

  private:
    void judge(Duration handshake);
    void save(Instant now);
    void spend(Instant now);

    Duration cap_{}; ///< zero: never
    bool learns_ = false;
    int worth_ = mostWorth; ///< how often it was of use lately
    Duration budget_ = mostSaved;
    Instant saved_{}; ///< when `budget_` last grew
    Token token_{};   ///< of the connection that is followed
    Instant begun_{}; ///< when it was created
    Instant until_{};

    static constexpr int mostWorth = 16;
    static constexpr int leastWorth = 8; ///< from here on it is done
};

} // namespace subflowd::runtime
