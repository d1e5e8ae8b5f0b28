// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/connection.hpp"
#include "core/world.hpp"

#include <bitset>
#include <optional>

/// The records of one connection: found, added, removed, with the references they hold.
namespace subflowd::core::records {

/// Adds a connection with its initial path and subflow.
Connection& addConnection(World& world, const event::Connection& facts);

/// Adds a connection of which only the token is known; a snapshot must tell the rest.
Connection& addPartial(World& world, Token token);

/// Gives a partial connection what it lacked.
void complete(World& world, Connection& connection, const event::Connection& facts);

/// The same without the initial subflow, which may be gone.
void identify(World& world, Connection& connection, const event::Connection& facts);

/// Notes what no dump tells again, for the daemon that comes after this one.
void remember(World& world, const Connection& connection);

/// Forgets a connection and everything it refers to.
void removeConnection(World& world, Connection& connection);

/// The path between a local address and a remote, if it is remembered.
Path* findPath(Connection& connection, LocalRef local, RemoteRef remote);

/// The same, added if it is not.
std::uint16_t ensurePath(World& world, Connection& connection, LocalRef local, RemoteRef remote,
                         RemoteOrigin origin);

/// The subflow of a 4-tuple; a pending one whose port is not known yet fits any port. A remote
/// port of 0 fits any (K24).
Subflow* findSubflow(World& world, Connection& connection, const FourTuple& tuple);

/// Adds a subflow on a path.
Subflow& addSubflow(Connection& connection, std::uint16_t path);

void removeSubflow(World& world, Connection& connection, Subflow& subflow);

/// The same, and its path knows why it ended, if it was asked for or established. A successor says
/// nothing of what its path is: the suspect beside it does.
void conclude(World& world, Connection& connection, Subflow& subflow, const Failure& failure);

/// Sets a path's state from its subflows.
void derivePathState(World& world, Connection& connection, std::uint16_t path);

/// Sets a subflow's state and what follows from it for its path.
void setState(World& world, Connection& connection, Subflow& subflow, SubflowState state);

/// Whether the health of a connection's subflows matters.
enum class Watch : std::uint8_t { no, yes };
void watch(World& world, Connection& connection, Watch watch);

/// A subflow seems dead since an instant; never: it does not.
void suspect(World& world, Connection& connection, Subflow& subflow, Instant since);

/// Whether a subflow survived two of its round trips: the peer accepted it (K8).
bool isConfirmed(const Subflow& subflow, Instant now);

/// The census of what peers opened has the subflow from now on, until it is removed.
void countInbound(World& world, const Connection& connection, Subflow& subflow);

/// The device that the connection's socket is bound to is known now; noLink: none.
void confineToDevice(Connection& connection, LinkIndex device);

/// The end of a subflow was acknowledged before its event came.
void expectEnding(Connection& connection, const FourTuple& tuple, Instant now);

/// Whether the event of a subflow's end was to come; it came now, or never will.
bool takeEnding(Connection& connection, const FourTuple& tuple, Instant now);

/// Forgets a path that has no subflow; the last one takes its index.
void removePath(World& world, Connection& connection, std::size_t index);

/// Forgets why a path is not tried now.
void forgive(World& world, Connection& connection, Path& path);

/// Forgets paths that lead nowhere any more once there are many: a peer that comes and goes
/// leaves one behind each time. Not while somebody holds an index of a path.
void forgetStalePaths(World& world, Connection& connection);

/// Whether it is the one from which the connection was opened, or to which it was.
bool isInitialAddress(const World& world, const Connection& connection, LocalRef local);

/// The id of a local address on a connection.
AddressId idOf(const World& world, const Connection& connection, LocalRef local);

/// The id under which a local address is announced: the address's own, or with a port one that
/// nothing else has, because the kernel's table is keyed by address and port (K14).
AddressId announcementId(const World& world, const Connection& connection, LocalRef local,
                         std::uint16_t port);

/// An id for a local address that is none of these, nor the one that it has, nor another's.
AddressId otherId(const World& world, const Connection& connection, LocalRef local,
                  std::bitset<256> taken);

/// A port as announcements have it: the connection's own goes without saying, and lets the
/// application's socket listen.
std::uint16_t saidPort(const Connection& connection, std::uint16_t port);

/// The announcement is not the connection's any more.
void releaseAnnouncement(World& world, const OwnAnnouncement& own);

/// The kernel uses this id for that local address.
void adoptId(World& world, Connection& connection, LocalRef local, AddressId id);

} // namespace subflowd::core::records
