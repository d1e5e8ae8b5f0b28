// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/listener.hpp"

#include <subflowd/time.hpp>

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace subflowd::core {

/// The listening sockets that announced ports need, each once however many connections announce
/// it. There are a handful, so they are searched, not indexed.
class ListenerTable {
  public:
    enum class State : std::uint8_t {
        none,    ///< nobody needed it yet, or not for long
        opening, ///< asked for
        open,    ///< the daemon listens, or somebody else does at exactly this address
        refused, ///< it could not be opened, or makes no sense
    };

    /// How long one stays open that no connection needs any more.
    static constexpr Duration linger = std::chrono::seconds(60);

    /// How long one that was refused is not tried again.
    static constexpr Duration patience = std::chrono::seconds(60);

    State state(const Endpoint& local, Instant now);

    void setOpening(const Endpoint& local);
    void setOpen(const Endpoint& local, Instant now);
    void setRefused(const Endpoint& local, Instant now);

    /// Another configuration deserves another attempt.
    void forgetRefused();

    /// A connection announces it, or no longer does.
    void use(const Endpoint& local);
    void leave(const Endpoint& local, Instant now);

    /// Takes out those that nobody needed for long enough.
    void takeIdle(Instant now, std::vector<ListenerRequest>& requests);

    /// When takeIdle() has something to do; `never` if not by itself.
    Instant nextIdle() const;

  private:
    struct Entry {
        Endpoint local;
        State state = State::opening;
        std::uint32_t users = 0;
        Instant since{}; ///< of the state, or of having no user
    };

    Entry* find(const Endpoint& local);
    Entry& entryOf(const Endpoint& local);

    std::vector<Entry> entries_;
};

} // namespace subflowd::core
