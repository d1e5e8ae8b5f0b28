// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/filter.hpp"

#include <algorithm>

namespace subflowd::dbus {

namespace {

bool goesTo(const core::ConnectionReport& connection, const Prefix& network) {
    const auto inside = [&network](const core::SubflowReport& subflow) {
        return network.contains(subflow.tuple.remote.address);
    };
    return network.contains(connection.initial.remote.address) ||
           std::ranges::any_of(connection.subflows, inside);
}

bool uses(const core::ConnectionReport& connection, LinkIndex link) {
    const auto onLink = [link](const core::SubflowReport& subflow) {
        return link != noLink && subflow.link == link;
    };
    return std::ranges::any_of(connection.subflows, onLink);
}

bool concernsEverything(core::Change::Kind kind) {
    return kind == core::Change::Kind::eventsLost || kind == core::Change::Kind::resynchronised;
}

} // namespace

bool matches(const ConnectionFilter& filter, const core::ConnectionReport& connection) {
    return (!filter.state || *filter.state == connection.state) &&
           (!filter.rule || *filter.rule == connection.rule) &&
           (!filter.remote || goesTo(connection, *filter.remote)) &&
           (!filter.link || uses(connection, *filter.link));
}

bool matches(const ChangeFilter& filter, const core::Change& change) {
    if (concernsEverything(change.kind))
        return true;
    const bool isOfConnection = change.token != Token{};
    return (!filter.token || *filter.token == change.token) &&
           (!filter.link || *filter.link == change.link) &&
           (!filter.remote ||
            (isOfConnection && filter.remote->contains(change.tuple.remote.address)));
}

} // namespace subflowd::dbus
