// SPDX-License-Identifier: BSD-3-Clause
#pragma once

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
inline constexpr ReasonText initialDenied{"initial-denied",
                                          "the peer denies joins to its initial address (C flag)"};
inline constexpr ReasonText initialUnknown{
    "initial-unknown",
    "not known whether the peer denies joins to its initial address: another connection tries"};
inline constexpr ReasonText connectionLimit{"connection-limit",
                                            "the connection may have {0} subflows"};
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
inline constexpr ReasonText remoteWithdrawn{"remote-withdrawn", "the peer withdrew its address"};
inline constexpr ReasonText ownAddress{"own-address", "the remote address is this host's own"};
inline constexpr ReasonText kernelManages{"kernel-manages",
                                          "the connection belongs to the in-kernel path manager"};
inline constexpr ReasonText notEstablished{
    "not-established", "the connection is not fully established: no data was acknowledged yet"};
inline constexpr ReasonText observing{"observing", "Mode=observe: the daemon only looks on"};
inline constexpr ReasonText waitsForFacts{"waits-for-facts",
                                          "the kernel is asked who owns the connection"};
inline constexpr ReasonText noRule{"no-rule", "no [Rule] matches the connection"};

} // namespace subflowd::core::reasons
