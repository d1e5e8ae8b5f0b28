// SPDX-License-Identifier: BSD-3-Clause
#include "support/fake_kernel.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>

/// The fake kernel's links, addresses and routes, and its dumps.
namespace subflowd::test {

using namespace core;

void FakeKernel::addLink(LinkIndex index, std::string name, LinkKind kind) {
    links_[index] = {index, std::move(name), kind, true, true, noLink};
    report(NetworkChange{links_[index]});
}

void FakeKernel::setCarrier(LinkIndex index, bool carrier) {
    links_[index].carrier = carrier;
    report(NetworkChange{links_[index]});
}

/// Setting a link down drops its IPv4 routes without a word; setting it up brings back none.
void FakeKernel::setUp(LinkIndex index, bool up) {
    links_[index].up = up;
    links_[index].carrier = up;
    if (!up)
        std::erase_if(routes_, [index](const auto& route) { return route.link == index; });
    report(NetworkChange{links_[index]});
}

void FakeKernel::enslave(LinkIndex index, LinkIndex master) {
    links_[index].master = master;
    report(NetworkChange{links_[index]});
}

void FakeKernel::renameLink(LinkIndex index, std::string name) {
    links_[index].name = std::move(name);
    report(NetworkChange{links_[index]});
}

void FakeKernel::removeLink(LinkIndex index) {
    links_.erase(index);
    report(NetworkChange{network::LinkGone{index}});
}

void FakeKernel::addAddress(LinkIndex link, std::string_view text) {
    const auto prefix = parsePrefix(text).value();
    const auto address = parseAddress(text.substr(0, text.find('/'))).value();
    addresses_.insert(address);
    network::Address facts{link, address, prefix.length(), false, false, false};
    addressFacts_.emplace_back(facts);
    report(NetworkChange{facts});
    if (prefix.length() < 32)
        addRoute(link, toString(prefix));
}

void FakeKernel::removeAddress(LinkIndex link, std::string_view text) {
    const auto address = parseAddress(text).value();
    addresses_.erase(address);
    std::erase_if(addressFacts_, [&](const NetworkChange& facts) {
        return std::get<network::Address>(facts).address == address;
    });
    report(NetworkChange{network::AddressGone{link, address}});
}

void FakeKernel::addRoute(LinkIndex link, std::string_view prefix) {
    network::Route route;
    route.link = link;
    route.destination = parsePrefix(prefix).value();
    route.table = 254;
    routes_.push_back(route);
    report(NetworkChange{route});
}

void FakeKernel::removeRoute(LinkIndex link, std::string_view prefix) {
    network::Route route;
    route.link = link;
    route.destination = parsePrefix(prefix).value();
    route.table = 254;
    std::erase(routes_, route);
    report(NetworkChange{network::RouteGone{route}});
}

void FakeKernel::dumpNetwork() {
    report(NetworkChange{network::DumpBegun{}});
    for (const auto& [index, link] : links_)
        report(NetworkChange{link});
    for (const auto& address : addressFacts_)
        report(address);
    for (const auto& route : routes_)
        report(NetworkChange{route});
    report(NetworkChange{network::DumpEnded{}});
}

void FakeKernel::snapshot(const std::map<Token, snapshot::Remembered>& remembered) {
    for (const auto& [token, connection] : connections_) {
        snapshot::Connection row{token, connection.facts.initial, std::nullopt};
        if (const auto known = remembered.find(token); known != remembered.end())
            row.remembered = known->second;
        report(SnapshotPart{row}, dumpTakes);
        if (connection.facts.side == Side::server)
            report(SnapshotPart{snapshot::Listener{connection.facts.initial.local}}, dumpTakes);
    }
    for (const auto& [token, connection] : connections_)
        for (const auto& subflow : connection.subflows) {
            snapshot::Subflow row;
            row.token = token;
            row.tuple = subflow.tuple;
            row.localId = subflow.localId;
            row.remoteId = subflow.remoteId;
            const bool up = subflow.established && subflow.since <= now_;
            row.state = up ? SubflowState::up : SubflowState::pending;
            row.priority = subflow.priority;
            row.peerPriority = subflow.peerPriority;
            row.initial = subflow.initial;
            row.boundTo = subflow.initial ? boundDevice : noLink;
            row.openedHere = subflow.openedHere;
            row.fullyEstablished = connection.established && up;
            report(SnapshotPart{row}, dumpTakes);
        }
    report(SnapshotPart{snapshot::Ended{}}, dumpTakes);
}

} // namespace subflowd::test
