// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/answer.hpp"

#include "dbus/bus_names.hpp"
#include "dbus/names.hpp"
#include "dbus/notation.hpp"
#include "dbus/sdbus_compat.hpp"

namespace subflowd::dbus {

namespace {

const char* errorNameOf(core::RequestResult result) {
    using Result = core::RequestResult;
    switch (result) {
    case Result::done:
        break;
    case Result::noSuchConnection:
        return error::noSuchConnection;
    case Result::notManaged:
        return error::notManaged;
    case Result::notEstablished:
        return error::notEstablished;
    case Result::noSuchLink:
        return error::noSuchLink;
    case Result::noSuchAddress:
        return error::noSuchAddress;
    case Result::noSuchSubflow:
        return error::noSuchSubflow;
    case Result::noSuchPath:
        return error::noSuchPath;
    case Result::ambiguous:
        return error::ambiguous;
    case Result::notAnnounced:
        return error::notAnnounced;
    case Result::noSuchPolicy:
        return error::noSuchPolicy;
    case Result::nothingOrdered:
        return error::nothingOrdered;
    case Result::refused:
        return error::refused;
    case Result::limitReached:
        return error::limitReached;
    case Result::kernelRefused:
        return error::kernelRejected;
    case Result::unanswered:
        return error::unanswered;
    }
    return error::unanswered;
}

/// "EINVAL: invalid token", or what the core says.
std::string sentence(const core::RequestFinished& finished) {
    if (finished.error == 0)
        return "It was not done: " + finished.message + ".";
    const auto words = finished.message.empty() ? std::string{} : ": " + finished.message;
    return "The kernel refused it: " + errorName(finished.error) + words + ".";
}

} // namespace

sdbus::Error noSuchConnection(Token token) {
    return compat::makeError(error::noSuchConnection,
                             "There is no connection with the token " + tokenText(token) + ".");
}

std::optional<sdbus::Error> errorOf(const core::RequestFinished& finished) {
    if (finished.result == core::RequestResult::done)
        return std::nullopt;
    return compat::makeError(errorNameOf(finished.result), sentence(finished));
}

} // namespace subflowd::dbus
