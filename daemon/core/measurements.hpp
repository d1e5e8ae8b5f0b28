// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/connection.hpp"
#include "core/health.hpp"

#include <subflowd/connection.hpp>

#include <chrono>
#include <cstddef>
#include <unordered_map>
#include <vector>

namespace subflowd::core {

/// What was measured of the subflows of connections whose policies asked for it, and what policies
/// remember of them. Beside the connections: most have neither.
class Measurements {
  public:
    /// Nobody is measured more often, whatever a policy says.
    static constexpr Duration quickest = std::chrono::milliseconds(250);

    /// What one policy remembers of a connection.
    struct Note {
        Voice policy{};
        Memory memory{};
    };

    /// A connection is to be measured every `period`; Duration::max(): only notes are kept. Without
    /// either it is forgotten.
    void want(Token token, Duration period, const std::vector<Note>& notes, Instant now);

    void forget(Token token);

    /// Policies are others now.
    void forgetNotes();

    /// When the next connection is due, or somewhat earlier; never: none is.
    Instant next() const { return next_; }

    /// All sockets are about to be looked at: whoever is due, or nearly, is measured.
    void begin(Instant now);

    void take(const HealthSample& sample, Instant now);

    /// Every socket was looked at. The connections that were measured, until the next call.
    const std::vector<Token>& finish(Instant now);

    /// Whether a connection is being measured.
    bool has(Token token) const;

    Measurement of(Token token, const FourTuple& tuple) const;

    Memory memory(Token token, Voice policy) const;

  private:
    struct Measured {
        FourTuple tuple;
        Measurement last;
    };

    struct Entry {
        Duration period = Duration::max();
        Instant due = never;
        std::vector<Measured> subflows;
        std::vector<Note> notes;
    };

    const Entry* find(Token token) const;
    bool isTaken(const Entry& entry) const;

    std::unordered_map<Token, Entry> entries_;
    std::vector<Token> finished_;
    Instant begun_{};
    Instant next_ = never;
};

} // namespace subflowd::core
