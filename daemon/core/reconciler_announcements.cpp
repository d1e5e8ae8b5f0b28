// SPDX-License-Identifier: BSD-3-Clause
#include "core/reasons.hpp"
#include "core/reconciler.hpp"
#include "core/records.hpp"
#include "core/table_entries.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>
#include <limits>
#include <string>

/// The part of the reconciler that announces local addresses and withdraws them.
namespace subflowd::core {

namespace {

/// Between two ADD_ADDR of a connection: back to back, most are not echoed (K18).
constexpr auto announceInterval = std::chrono::milliseconds(50);

/// After an RM_ADDR: a peer's kernel acts on the first of a burst and drops the rest (K17).
constexpr auto removeInterval = std::chrono::milliseconds(100);

} // namespace

void Reconciler::announceOnly(World& world, Connection& connection, const Judgement& judgement,
                              const Candidates& candidates) {
    const Work work{world, connection, judgement, candidates};
    removed_.clear();
    announce(work);
}

void Reconciler::announce(const Work& work) {
    auto& world = work.world;
    for (const auto& wanted : work.judgement.announcements)
        if (static_cast<std::size_t>(wanted.local) < world.links.addressViews().size())
            announce(work, wanted);
    if (work.judgement.complete)
        withdrawUnstated(work);
}

void Reconciler::announce(const Work& work, const Plan::Announced& wanted) {
    auto& world = work.world;
    auto& connection = work.connection;
    const auto local = world.links.localOf(wanted.local);
    const auto port = records::saidPort(connection, wanted.port);
    const auto own = std::ranges::find_if(connection.announcements, [&](const auto& each) {
        return each.local == local && each.port == port;
    });
    const bool known = own != connection.announcements.end();
    if (known && (own->refused || wanted.delivery == Delivery::once))
        return;
    // Announcing the initial address is pointless, and id 0 cannot be announced.
    const bool initial =
        world.links.local(local).address == world.links.local(connection.local).address;
    if (port == 0 && initial)
        return;
    if (!known && port != 0 && !isListening(work, {world.links.local(local).address, port}))
        return;
    if (world.now < connection.mayAnnounce) {
        world.schedule(connection, connection.mayAnnounce);
        return;
    }
    send(work, known ? *own : addAnnouncement(work, local, port));
}

OwnAnnouncement& Reconciler::addAnnouncement(const Work& work, LocalRef local, std::uint16_t port) {
    auto& world = work.world;
    auto& connection = work.connection;
    if (port == 0 && table_entries::of(world, connection, local) == TableEntry::ofPort)
        table_entries::renewId(world, connection, local);
    const auto id = records::announcementId(world, connection, local, port);
    world.links.retain(local);
    if (port != 0)
        world.listeners.use({world.links.local(local).address, port});
    OwnAnnouncement own;
    own.local = local;
    own.port = port;
    own.id = id;
    own.times = 0;
    return connection.announcements.push_back(own);
}

void Reconciler::send(const Work& work, OwnAnnouncement& own) {
    auto& world = work.world;
    auto& connection = work.connection;
    const auto& facts = world.links.local(own.local);
    const Endpoint endpoint{facts.address, own.port};
    own.since = world.now;
    if (own.times < std::numeric_limits<std::uint8_t>::max())
        ++own.times;
    connection.mayAnnounce = world.now + announceInterval;
    ++world.counters.announcementsSent;
    world.issue(command::Announce{connection.token, endpoint, own.id, facts.link},
                {{}, InFlight::Kind::announce, connection.token, {endpoint, {}}, own.id, {}, {}});
}

/// Whether a peer can join at a port of its own. If nobody knows yet, somebody finds out, and the
/// connection is looked at again.
bool Reconciler::isListening(const Work& work, const Endpoint& local) {
    auto& world = work.world;
    const auto state = world.listeners.state(local, world.now);
    if (state != ListenerTable::State::none)
        return state == ListenerTable::State::open;
    if (local.address.family() == Family::ipv6 && world.host.tcpTimestamps) {
        world.listeners.setRefused(local, world.now);
        world.log(LogRecord::Level::warning,
                  toString(local) +
                      " cannot be announced: an IPv6 address with a port does not fit into a "
                      "segment beside TCP timestamps, and the kernel drops it without a word; "
                      "announce an address without a port, or set net.ipv4.tcp_timestamps=0");
        return false;
    }
    world.listeners.setOpening(local);
    world.outcome.listeners.push_back({ListenerRequest::Action::open, local});
    return false;
}

/// One RM_ADDR at a time; what waits stays announced meanwhile.
void Reconciler::withdrawUnstated(const Work& work) {
    auto& world = work.world;
    auto& connection = work.connection;
    erase_if(connection.announcements, [&](const OwnAnnouncement& own) {
        const bool stated =
            std::ranges::any_of(work.judgement.announcements, [&](const auto& said) {
                return static_cast<std::size_t>(said.local) < world.links.addressViews().size() &&
                       world.links.localOf(said.local) == own.local &&
                       records::saidPort(connection, said.port) == own.port;
            });
        if (stated)
            return false;
        const bool removed = std::ranges::find(removed_, own.id) != removed_.end();
        if (!removed && !own.refused) {
            if (world.now < connection.mayAnnounce) {
                world.schedule(connection, connection.mayAnnounce);
                return false;
            }
            connection.mayAnnounce = world.now + removeInterval;
            removed_.push_back(own.id);
            world.issue(command::RemoveAddress{connection.token, own.id},
                        {{}, InFlight::Kind::removeAddress, connection.token, {}, own.id, {}, {}});
        }
        records::releaseAnnouncement(world, own);
        return true;
    });
}

} // namespace subflowd::core
