// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/host.hpp"

#include <functional>
#include <optional>
#include <unordered_set>
#include <vector>

/// Whose connections somebody may see: a user's own are free to look at, others' are not.
namespace subflowd::dbus {

struct Sight {
    std::optional<UserId> only; ///< the connections of this user; nothing: everybody's

    friend bool operator==(const Sight&, const Sight&) = default;
};

/// Those of the connections that are the user's; one whose owner nobody told is not.
std::vector<Token> ownedBy(UserId user, const Owners& owners, std::vector<Token> tokens);

/// What a monitor of a user's own connections may tell. It knows them, because the socket of one
/// that ends is no longer there to be asked for.
class OwnChanges {
  public:
    /// Asks whose a connection is.
    using OwnerOf = std::function<std::optional<UserId>(Token)>;

    /// `known`: what there is of the user's already.
    OwnChanges(UserId user, const std::vector<Token>& known);

    /// Whether it is of the user's connections, or of none. To be asked of each change in turn.
    bool take(const core::Change& change, const OwnerOf& ownerOf);

  private:
    bool isOwn(Token token, const OwnerOf& ownerOf);

    UserId user_;
    std::unordered_set<Token> known_;
};

} // namespace subflowd::dbus
