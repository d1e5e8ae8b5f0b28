// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/link.hpp>
#include <subflowd/reason.hpp>

/// The reasons that the core itself gives. Policies bring their own.
namespace subflowd::core::reasons {

inline constexpr ReasonText initialSubflow{"initial-subflow", "the connection began on this path"};
inline constexpr ReasonText openedByPeer{"opened-by-peer", "the peer opened it"};
inline constexpr ReasonText foundInKernel{"found-in-kernel",
                                          "it existed before the daemon learned of it"};
inline constexpr ReasonText nobodyWants{"nobody-wants", "no policy of the connection wants it"};
inline constexpr ReasonText noLongerWanted{"no-longer-wanted",
                                           "the policy that wanted it no longer does"};
inline constexpr ReasonText surplus{"surplus", "the path has more subflows than it should"};
inline constexpr ReasonText initialDenied{"initial-denied",
                                          "the peer denies joins to its initial address (C flag)"};
inline constexpr ReasonText initialUnknown{
    "initial-unknown",
    "not known whether the peer denies joins to its initial address: another connection tries"};
inline constexpr ReasonText connectionLimit{"connection-limit",
                                            "the connection may have {0} subflows"};
inline constexpr ReasonText linkLimit{
    "link-limit", "the connection may have {0} subflows on the link ([Link] MaxSubflows=)"};
inline constexpr ReasonText inboundLimit{"inbound-limit",
                                         "the peer may open {0} subflows on a connection"};
inline constexpr ReasonText waitsForChange{
    "waits-for-change", "the last attempt failed: waits for a change of the network"};
inline constexpr ReasonText waitsForTime{"waits-for-time",
                                         "the last attempt failed: waits to try again"};
inline constexpr ReasonText linkIsDown{"link-down", "the link is down"};
inline constexpr ReasonText addressGone{"address-gone", "the local address is gone"};
inline constexpr ReasonText addressTentative{
    "address-tentative", "the local address is not ready (duplicate detection)"};
inline constexpr ReasonText addressDeprecated{"address-deprecated",
                                              "the local address is deprecated"};
inline constexpr ReasonText addressScope{"address-scope",
                                         "the local address does not reach the remote's scope"};
inline constexpr ReasonText noRoute{"no-route", "no route to the remote leaves through the link"};
inline constexpr ReasonText linkIgnored{
    "link-ignored", "the link is ignored: [Link] Role=, or a tunnel that nobody configured"};
inline constexpr ReasonText standbyRests{
    "standby-rests", "the link is a standby, and a subflow on another link carries"};
inline constexpr ReasonText linkLeaves{"link-leaves",
                                       "NetworkManager is about to take the link down"};
inline constexpr ReasonText noInternet{
    "no-internet", "NetworkManager found that the link does not lead to the Internet"};
inline constexpr ReasonText remoteWithdrawn{"remote-withdrawn", "the peer withdrew its address"};
inline constexpr ReasonText ownAddress{"own-address", "the remote address is this host's own"};
inline constexpr ReasonText remoteDenied{"remote-denied", "[Guard] DenyRemote= names the address"};
inline constexpr ReasonText scopeGuarded{
    "scope-guarded", "no peer is at such an address (loopback, link-local, multicast or reserved)"};
inline constexpr ReasonText scopeNarrower{
    "scope-narrower", "a private address, announced by a server at a global one: could be this "
                      "site's own ([Guard] AllowRemote= allows it)"};
inline constexpr ReasonText neighbourGuarded{
    "neighbour-guarded", "a neighbour in a local network, announced by a server behind a gateway "
                         "([Guard] AllowRemote= allows it)"};
inline constexpr ReasonText portGuarded{"port-guarded",
                                        "[Guard] AllowPorts= and DenyPorts= forbid its port"};
inline constexpr ReasonText outside{
    "outside", "outside of the tunnel, VRF or device through which the connection began"};
inline constexpr ReasonText insideVrf{"inside-vrf",
                                      "in a VRF, and the connection began outside of it"};
inline constexpr ReasonText joinBudget{
    "join-budget", "joins that the peer provokes are limited: waits for its turn ([Guard])"};
inline constexpr ReasonText pendingLimit{"pending-limit",
                                         "{0} joins of the connection wait for their answers"};
inline constexpr ReasonText seemsDead{"seems-dead",
                                      "what was sent is not acknowledged, {0} ms long"};
inline constexpr ReasonText recovered{"recovered", "what was sent is acknowledged again"};
inline constexpr ReasonText handedOver{"handed-over", "a fresh subflow on the path took its place"};
inline constexpr ReasonText successorNotNeeded{"successor-not-needed",
                                               "the subflow that seemed dead is alive"};
inline constexpr ReasonText makesRoom{
    "makes-room", "it seems dead, and the peer takes no other subflow beside it"};
inline constexpr ReasonText joinTimeout{"join-timeout", "nobody answered the join in time"};
inline constexpr ReasonText inboundPeerLimit{
    "inbound-peer-limit", "the networks of the peer may keep {0} subflows on this host"};
inline constexpr ReasonText inboundOverallLimit{"inbound-overall-limit",
                                                "all peers may keep {0} subflows on this host"};
inline constexpr ReasonText inboundRate{"inbound-rate",
                                        "the peer opens subflows faster than [Guard] allows"};
inline constexpr ReasonText operatorCreated{"operator-created",
                                            "an operator ordered a subflow there"};
inline constexpr ReasonText operatorDestroyed{
    "operator-destroyed", "an operator ended the subflow there and did not release the path since"};
inline constexpr ReasonText operatorPriority{"operator-priority",
                                             "an operator ordered the priority of its subflows"};
inline constexpr ReasonText operatorReleased{"operator-released",
                                             "what an operator had ordered was released"};
inline constexpr ReasonText operatorAnnounced{"operator-announced",
                                              "an operator had the address announced"};
inline constexpr ReasonText linkDrained{"link-drained", "an operator drains the link"};
inline constexpr ReasonText kernelManages{"kernel-manages",
                                          "the connection belongs to the in-kernel path manager"};
inline constexpr ReasonText notEstablished{
    "not-established", "the connection is not fully established: no data was acknowledged yet"};
inline constexpr ReasonText kernelDecides{
    "kernel-decides", "Mode=kernel: the in-kernel path manager decides, by endpoints and limits"};
inline constexpr ReasonText linkCarries{"link-carries", "the link can carry subflows"};
inline constexpr ReasonText linkForBadTimes{
    "link-for-bad-times", "the link is for bad times: backup, standby or metered"};
inline constexpr ReasonText noDefaultRoute{
    "no-default-route", "no default route leaves through the link, and nobody gave it a role"};
inline constexpr ReasonText linkInVrf{"link-in-vrf",
                                      "the link belongs to a VRF, and nobody gave it a role"};
inline constexpr ReasonText betterAddress{
    "better-address", "the link has another address that the kernel prefers for new connections"};
inline constexpr ReasonText observing{"observing", "Mode=observe: the daemon only looks on"};
inline constexpr ReasonText waitsForFacts{"waits-for-facts",
                                          "the kernel is asked who owns the connection"};
inline constexpr ReasonText noRule{"no-rule", "no [Rule] matches the connection"};

/// Why a local address carries nothing; null if it does, or if the guard has words of its own.
constexpr const ReasonText* textOf(Usability usability) {
    switch (usability) {
    case Usability::usable:
    case Usability::guarded:
        return nullptr;
    case Usability::linkDown:
        return &linkIsDown;
    case Usability::tentative:
        return &addressTentative;
    case Usability::deprecated:
        return &addressDeprecated;
    case Usability::wrongScope:
        return &addressScope;
    case Usability::noRoute:
        return &noRoute;
    case Usability::ignored:
        return &linkIgnored;
    case Usability::gone:
        return &addressGone;
    case Usability::noInternet:
        return &noInternet;
    }
    return nullptr;
}

} // namespace subflowd::core::reasons
