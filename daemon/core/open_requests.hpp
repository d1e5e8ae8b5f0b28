// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/order_book.hpp"
#include "core/request.hpp"
#include "core/world.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace subflowd::core {

/// A request whose order stands, and whose command has not been answered.
struct OpenRequest {
    /// What the request is to bring about.
    enum class Effect : std::uint8_t { created, ended, prioritised, announced, withdrawn };

    RequestId id{};
    Token token{};
    Effect effect = Effect::created;
    LocalRef local{};
    RemoteRef remote{};     ///< of a path
    std::uint16_t port = 0; ///< of an announcement
    AddressId localId{};    ///< of an announcement that is withdrawn
    Priority priority = Priority::regular;
    CommandId command{}; ///< 0: none was issued yet
    Instant deadline{};

    PathOrder formerly; ///< the path's order before, to which it falls back
    std::optional<AnnouncementOrder::Wish> formerWish;
};

/// The requests that wait for the kernel. An open request keeps the addresses it names.
class OpenRequests {
  public:
    /// Until a request is answered, come what may: less than callers over D-Bus wait.
    static constexpr Duration patience = std::chrono::seconds(10);

    explicit OpenRequests(World& world) : world_(world) {}

    /// Adds a request whose order was made, and followed as far as it could be at once.
    void add(OpenRequest open);

    /// Whether what a request is to bring about is there, or on its way.
    bool isMet(const Connection& connection, const OpenRequest& open) const;

    /// Whether a command of this step is what the request waits for.
    CommandId commandFor(const OpenRequest& open) const;

    /// Takes the order back, because nothing came of it.
    void undo(const OpenRequest& open);

    void handle(const CommandFinished& result);
    void settle();

    Instant nextWork() const;

  private:
    void finish(const OpenRequest& open, const RequestFinished& finished);
    std::optional<RequestFinished> outcomeOf(const OpenRequest& open) const;

    World& world_;
    std::vector<OpenRequest> open_;
};

} // namespace subflowd::core
