// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/configuration.hpp"
#include "core/link_table.hpp"
#include "core/remote_table.hpp"

#include <subflowd/connection.hpp>
#include <subflowd/ids.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What operators ordered by hand, which stands before what policies want.
namespace subflowd::core {

/// Whether there are to be subflows on a path.
enum class Presence : std::uint8_t { asPlanned, wanted, away };

/// What is ordered of one path.
struct PathOrder {
    LocalRef local{};
    RemoteRef remote{};
    Presence presence = Presence::asPlanned;
    std::optional<Priority> priority;

    /// Whether it orders anything.
    bool stands() const { return presence != Presence::asPlanned || priority; }

    friend bool operator==(const PathOrder&, const PathOrder&) = default;
};

/// A local address that is to be announced, or not to be.
struct AnnouncementOrder {
    enum class Wish : std::uint8_t { announced, withdrawn };

    LocalRef local{};
    std::uint16_t port = 0; ///< 0: the connection's own
    Wish wish = Wish::announced;

    friend bool operator==(const AnnouncementOrder&, const AnnouncementOrder&) = default;
};

/// The policies that are asked in place of the rule's.
struct PolicyOrder {
    std::vector<std::string> names;
    std::vector<std::size_t> chain; ///< indexes into Configuration::policies, of those there are
};

/// The policy with a name: as the rule has it, or else as any other; nothing: there is none.
std::optional<std::size_t> findPolicy(const Configuration& configuration, std::int16_t rule,
                                      const std::string& name);

/// All orders of one connection.
struct Orders {
    std::vector<PathOrder> paths;
    std::vector<AnnouncementOrder> announcements;
    std::optional<PolicyOrder> policies;

    const PathOrder* find(LocalRef local, RemoteRef remote) const;
    const AnnouncementOrder* findAnnouncement(LocalRef local, std::uint16_t port) const;

    bool empty() const { return paths.empty() && announcements.empty() && !policies; }
};

/// The orders of all connections. Few have any, so they are kept beside the connections. Orders
/// keep the addresses they name: LinkTable and RemoteTable are told.
class OrderBook {
  public:
    /// How many paths, and how many addresses, may be ordered on one connection.
    static constexpr std::size_t most = 64;

    /// The orders of a connection; null: none.
    const Orders* of(Token token) const;

    bool hasRoom(Token token) const;

    /// What is ordered of a path from now on; an order that orders nothing is forgotten.
    void set(LinkTable& links, RemoteTable& remotes, Token token, const PathOrder& order);

    /// What is ordered of an announcement; nothing: no longer anything.
    void set(LinkTable& links, Token token, LocalRef local, std::uint16_t port,
             std::optional<AnnouncementOrder::Wish> wish);

    void set(Token token, std::optional<PolicyOrder> policies);

    /// Forgets a connection's orders.
    void forget(LinkTable& links, RemoteTable& remotes, Token token);

    /// Finds the policies of a connection again in another configuration.
    void resolve(const Configuration& configuration, Token token, std::int16_t rule);

  private:
    void dropIfEmpty(Token token);

    std::map<Token, Orders> orders_;
};

} // namespace subflowd::core
