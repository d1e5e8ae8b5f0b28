// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/names.hpp"
#include "dbus/notation.hpp"
#include "prose.hpp"
#include "text_view.hpp"

#include <subflowd/address_text.hpp>

namespace subflowd::ctl {

namespace {

Tone toneOf(std::string_view state) {
    if (state == "up" || state == "confirmed")
        return Tone::good;
    if (state == "failed" || state == "suspect")
        return Tone::bad;
    return state == "idle" ? Tone::faint : Tone::waiting;
}

std::string reasonText(const Path& path) {
    if (path.reason.empty())
        return path.by.empty() ? "No policy has an opinion." : "Decided by " + path.by + ".";
    return path.by.empty() ? path.reason + '.' : path.by + ": " + path.reason + '.';
}

std::string failureText(const PathFailure& failure) {
    auto text = failure.cause;
    if (!failure.error.empty())
        text += " (" + failure.error + ')';
    if (!failure.resetReason.empty())
        text += ", reset: " + failure.resetReason;
    return failure.transient ? text + ", transient" : text;
}

std::string historyText(const Path& path) {
    std::vector<std::string> parts;
    if (path.attempts > 0)
        parts.push_back(counted(path.attempts, "attempt"));
    if (path.lastFailure)
        parts.push_back("last ended: " + failureText(*path.lastFailure));
    if (path.nextTry)
        parts.push_back(path.nextTry->count() == 0 ? "next now"
                                                   : "next in " + spanText(*path.nextTry));
    return joined(parts, "; ");
}

Row head(const Path& path) {
    return {{path.state, toneOf(path.state)},
            path.link.empty() ? "-" : path.link,
            toString(path.local) + " -> " + dbus::endpointText(path.remote)};
}

} // namespace

std::string explanationText(const Connection& connection, const std::vector<Path>& paths,
                            Colouring colouring) {
    const bool foreign = connection.managedBy == core::ManagedBy::kernel;
    const std::string rule = foreign                   ? ""
                             : connection.rule.empty() ? ", no rule matched"
                                                       : ", rule " + connection.rule;
    auto text =
        painted("Connection " + dbus::tokenText(connection.token), Tone::heading, colouring) +
        ", " + std::string{dbus::nameOf(connection.side)} + ", " +
        std::string{dbus::nameOf(connection.state)} + rule + '\n';
    if (foreign)
        text += "The kernel's own path manager has it; subflowd leaves it alone.\n";
    Table heads;
    for (const auto& path : paths)
        heads.add(head(path));
    const auto lines = heads.lines(colouring);
    for (std::size_t i = 0; i < paths.size(); ++i)
        text += '\n' + lines[i] + '\n' + wrapped(reasonText(paths[i]), 4) +
                wrapped(historyText(paths[i]), 4);
    return paths.empty() ? text + "There is no path to judge.\n" : text;
}

} // namespace subflowd::ctl
