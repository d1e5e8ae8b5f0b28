// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/sight.hpp"

#include <utility>

namespace subflowd::dbus {

std::vector<Token> ownedBy(UserId user, const Owners& owners, std::vector<Token> tokens) {
    std::erase_if(tokens, [&](Token token) {
        const auto at = owners.find(token);
        return at == owners.end() || at->second != user;
    });
    return tokens;
}

OwnChanges::OwnChanges(UserId user, const std::vector<Token>& known)
    : user_(user), known_(known.begin(), known.end()) {}

bool OwnChanges::take(const core::Change& change, const OwnerOf& ownerOf) {
    if (change.token == Token{})
        return true;
    if (change.kind == core::Change::Kind::connectionClosed)
        return known_.erase(change.token) > 0;
    return isOwn(change.token, ownerOf);
}

/// What is another's is asked again: a server's connection has its owner only once it is accepted.
bool OwnChanges::isOwn(Token token, const OwnerOf& ownerOf) {
    if (known_.contains(token))
        return true;
    if (ownerOf(token) != user_)
        return false;
    known_.insert(token);
    return true;
}

} // namespace subflowd::dbus
