// SPDX-License-Identifier: BSD-3-Clause
#include "core/failure.hpp"

#include <cerrno>

namespace subflowd::core {

namespace {

Cause causeBeforeEstablished(int error) {
    switch (error) {
    case 0:
        return Cause::notMultipath;
    case ECONNREFUSED:
        return Cause::refused;
    case EHOSTUNREACH:
    case ENETUNREACH:
        return Cause::unreachable;
    case ETIMEDOUT:
        return Cause::timedOut;
    case ECONNABORTED:
        return Cause::abortedOnHost;
    default:
        return Cause::reset;
    }
}

/// A peer that closes in good order, or has data that nobody will read.
bool closesWithoutBlame(const event::SubflowClosed& closed) {
    return (closed.error == 0 || closed.error == ECONNRESET) && closed.resetReason.value_or(0) == 0;
}

Cause causeAfterEstablished(const event::SubflowClosed& closed, const Ending& ending) {
    if (ending.stale && closesWithoutBlame(closed))
        return Cause::staleRemoval;
    if (closed.resetReason)
        return Cause::resetByPeer;
    switch (closed.error) {
    case 0:
        return ending.confirmed ? Cause::closedByPeer : Cause::rejected;
    case ETIMEDOUT:
        return Cause::timedOut;
    case EHOSTUNREACH:
    case ENETUNREACH:
        return Cause::unreachable;
    case ECONNABORTED:
        return Cause::abortedOnHost;
    default:
        return Cause::reset;
    }
}

Cause causeOf(const event::SubflowClosed& closed, const Ending& ending) {
    if (ending.commanded == Commanded::afterTimeout)
        return Cause::timedOut;
    if (ending.commanded == Commanded::yes)
        return Cause::expected;
    if (ending.withdrawn)
        return Cause::withdrawn;
    return ending.state == SubflowState::pending ? causeBeforeEstablished(closed.error)
                                                 : causeAfterEstablished(closed, ending);
}

} // namespace

Failure failureOf(const event::SubflowClosed& closed, const Ending& ending) {
    return {causeOf(closed, ending), closed.error, closed.resetReason, closed.resetTransient};
}

Failure failureOf(const CommandFinished& refused) {
    Failure failure;
    failure.error = static_cast<std::uint8_t>(refused.error);
    switch (refused.error) {
    case EADDRNOTAVAIL:
        failure.cause = Cause::localGone;
        break;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENODEV:
        failure.cause = Cause::noRoute;
        break;
    default:
        failure.cause = Cause::refusedLocally;
    }
    return failure;
}

Duration confirmationTime(std::uint32_t roundTripMicroseconds) {
    return std::chrono::milliseconds(100) + 2 * std::chrono::microseconds(roundTripMicroseconds);
}

} // namespace subflowd::core
