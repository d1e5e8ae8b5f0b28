// SPDX-License-Identifier: BSD-3-Clause
#include "classifier.hpp"

#include <algorithm>
#include <cerrno>

namespace subflowd::reestablish {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr ReasonText localGone{"again-local-gone",
                               "the local address was not there: waits {0} s for it"};
constexpr ReasonText noRoute{"again-no-route", "no route led there: waits {0} s"};
constexpr ReasonText lost{"again-lost", "lost: tried again after {0} s, failures in a row: {1}"};
constexpr ReasonText unstable{"again-unstable",
                              "soon lost each time: waits {0} s, failures in a row: {1}"};
constexpr ReasonText closedByPeer{"again-closed", "closed by the peer: waits {0} s"};
constexpr ReasonText atLimit{"again-at-limit",
                             "closed by the peer at once, which has enough: waits {0} s"};
constexpr ReasonText refused{"again-refused", "refused by the peer: waits {0} s"};
constexpr ReasonText refusedAnnounced{
    "again-refused-announced", "refused by the peer: not tried again before it is announced again"};
constexpr ReasonText silent{"again-silent", "nobody answered: waits {0} s, failures in a row: {1}"};
constexpr ReasonText unreachable{"again-unreachable",
                                 "unreachable: waits {0} s, failures in a row: {1}"};
constexpr ReasonText notMultipath{"again-not-multipath", "no MPTCP there"};
constexpr ReasonText notPermitted{"again-not-permitted", "this host does not permit it"};
constexpr ReasonText closing{"again-closing", "the connection is about to end"};
constexpr ReasonText noResources{"again-no-resources", "the kernel refused it: waits {0} s"};
constexpr ReasonText abortedOnHost{"again-aborted-on-host",
                                   "aborted by somebody on this host: waits {0} s"};
constexpr ReasonText abortedByPeer{"again-aborted-by-peer",
                                   "aborted by the peer: waits {0} s, failures in a row: {1}"};
constexpr ReasonText mptcpError{"again-mptcp-error", "an error of MPTCP (reason 1)"};
constexpr ReasonText mptcpErrorOnce{"again-mptcp-error-once",
                                    "an error of MPTCP that may pass (reason 1): waits {0} s"};
constexpr ReasonText lacksResources{"again-peer-resources",
                                    "the peer lacks resources (reason 2): waits {0} s"};
constexpr ReasonText prohibited{"again-prohibited", "prohibited by the peer (reason 3)"};
constexpr ReasonText prohibitedYet{"again-prohibited-once",
                                   "prohibited by the peer for now (reason 3): waits {0} s"};
constexpr ReasonText poorPerformance{
    "again-poor-performance",
    "the peer found it too slow (reason 5): a backup subflow is tried after {0} s"};
constexpr ReasonText middlebox{"again-middlebox", "a middlebox interferes (reason 6)"};

/// A subflow that was taken and closed at once proves as much as one that was confirmed.
bool carriedBefore(const PathView& path) {
    return path.carried || path.lasted > Duration{};
}

Class classOfLost(const PathView& path) {
    const bool soon = path.lasted > Duration{} && path.lasted < rejectWindow;
    return soon && path.failures >= 3 ? Class::unstable : Class::lost;
}

/// An error that a subflow met which was established, or a SYN.
Class classOfError(const PathView& path) {
    if (carriedBefore(path))
        return classOfLost(path);
    const bool announced = path.origin == RemoteOrigin::announced;
    switch (path.lastFailure.cause) {
    case Cause::timedOut:
        return announced ? Class::silentAnnounced : Class::silent;
    case Cause::unreachable:
        return announced ? Class::silentAnnounced : Class::unreachable;
    default:
        return announced ? Class::refusedAnnounced : Class::refused;
    }
}

Class classOfErrno(int error) {
    switch (error) {
    case EPERM:
    case EACCES:
        return Class::notPermitted;
    case ENOTCONN:
        return Class::closing;
    default:
        return Class::noResources;
    }
}

/// RFC 8684 §3.6
Class classOfReset(const PathView& path) {
    const bool transient = path.lastFailure.transient;
    switch (path.lastFailure.resetReason.value_or(0)) {
    case 1:
        return transient ? Class::mptcpErrorOnce : Class::mptcpError;
    case 2:
        return transient ? Class::lacksResourcesYet : Class::lacksResources;
    case 3:
        return transient ? Class::prohibitedYet : Class::prohibited;
    case 4: // too much outstanding data: what the peer wants is a fresh subflow
        return classOfLost(path);
    case 5:
        return Class::poorPerformance;
    case 6:
        return Class::middlebox;
    default:
        return transient ? classOfLost(path) : Class::abortedByPeer;
    }
}

} // namespace

Class classify(const PathView& path) {
    switch (path.lastFailure.cause) {
    case Cause::none:
    case Cause::expected:
    case Cause::lost:
    case Cause::withdrawn:
    case Cause::staleRemoval:
        return Class::nothing;
    case Cause::localGone:
        return Class::localGone;
    case Cause::noRoute:
        return Class::noRoute;
    case Cause::refusedLocally:
        return classOfErrno(path.lastFailure.error);
    case Cause::abortedOnHost:
        return Class::abortedOnHost;
    case Cause::notMultipath:
        return Class::notMultipath;
    case Cause::rejected:
        return Class::atLimit;
    case Cause::closedByPeer:
        return path.lasted < rejectWindow ? Class::atLimit : Class::closedByPeer;
    case Cause::resetByPeer:
        return classOfReset(path);
    case Cause::refused:
    case Cause::unreachable:
    case Cause::timedOut:
    case Cause::reset:
        return classOfError(path);
    }
    return Class::nothing;
}

/// The table of the manual.
Treatment treatmentOf(Class kind, const Options& options) {
    const auto most = options.mostHard;
    switch (kind) {
    case Class::nothing:
        return {};
    case Class::localGone: // the address may be late, not gone
        return {seconds(1), 1, seconds(1), 1, &localGone};
    case Class::noRoute:
        return {seconds(10), 2, seconds(300), unlimited, &noRoute};
    case Class::lost:
        return {options.base, 2, options.cap, unlimited, &lost};
    case Class::unstable:
        return {seconds(30), 4, minutes(15), 3, &unstable};
    case Class::closedByPeer:
        return {seconds(60), 1, seconds(60), 3, &closedByPeer};
    case Class::atLimit:
        return {seconds(30), 4, minutes(15), 3, &atLimit, Reach::connection};
    case Class::refused:
        return {seconds(60), 2, seconds(300), 3, &refused};
    case Class::refusedAnnounced:
        return {{}, 1, {}, 0, &refusedAnnounced};
    case Class::silent:
        return {seconds(5), 2, seconds(300), most, &silent};
    case Class::silentAnnounced:
        return {seconds(5), 1, seconds(5), 1, &silent};
    case Class::unreachable:
        return {seconds(10), 2, seconds(300), most, &unreachable};
    case Class::notMultipath:
        return {{}, 1, {}, 0, &notMultipath};
    case Class::notPermitted:
        return {{}, 1, {}, 0, &notPermitted};
    case Class::closing:
        return {{}, 1, {}, 0, &closing, Reach::forGood};
    case Class::noResources:
        return {seconds(30), 2, minutes(15), most, &noResources};
    case Class::abortedOnHost:
        return {minutes(5), 2, minutes(15), most, &abortedOnHost};
    case Class::abortedByPeer:
        return {4 * options.base, 2, std::max(4 * options.base, options.cap), most, &abortedByPeer};
    case Class::mptcpError:
        return {{}, 1, {}, 0, &mptcpError};
    case Class::mptcpErrorOnce:
        return {seconds(60), 1, seconds(60), 1, &mptcpErrorOnce};
    case Class::lacksResources:
        return {minutes(5), 2, minutes(15), most, &lacksResources, Reach::connection};
    case Class::lacksResourcesYet:
        return {seconds(60), 2, minutes(15), most, &lacksResources, Reach::connection};
    case Class::prohibited:
        return {{}, 1, {}, 0, &prohibited, Reach::forGood};
    case Class::prohibitedYet:
        return {minutes(5), 1, minutes(5), 1, &prohibitedYet};
    case Class::poorPerformance:
        return {seconds(60), 2, minutes(15), most, &poorPerformance};
    case Class::middlebox:
        return {{}, 1, {}, 0, &middlebox};
    }
    return {};
}

unsigned rowOf(Class kind, unsigned failures) {
    const unsigned before = kind == Class::unstable ? 2 : 0;
    return failures > before ? failures - before : 1;
}

} // namespace subflowd::reestablish
