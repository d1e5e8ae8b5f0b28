// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/request_arguments.hpp"

#include "dbus/bus_names.hpp"
#include "dbus/in_quotes.hpp"
#include "dbus/names.hpp"
#include "dbus/sdbus_compat.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>

namespace subflowd::dbus {

namespace {

sdbus::Error invalid(const std::string& sentence) {
    return compat::makeError(error::invalidArgs, sentence);
}

std::string textOf(const wire::Dictionary::value_type& argument) {
    if (!argument.second.containsValueOfType<std::string>())
        throw invalid(inQuotes(argument.first) + " wants a string.");
    return argument.second.get<std::string>();
}

} // namespace

Endpoint addressArgument(const std::string& text) {
    if (const auto endpoint = parseEndpoint(text))
        return *endpoint;
    if (const auto address = parseAddress(text))
        return {*address, 0};
    throw invalid(inQuotes(text) + " is no address, such as 10.0.0.1, fd00::1, 10.0.0.1:443 or "
                                   "[fd00::1]:443.");
}

Priority priorityArgument(const std::string& text) {
    if (const auto known = named<Priority>(text))
        return *known;
    throw invalid(inQuotes(text) + " is no priority: regular or backup.");
}

std::optional<Role> roleArgument(const std::string& text) {
    if (text == "configured")
        return std::nullopt;
    if (const auto known = named<Role>(text))
        return known;
    throw invalid(inQuotes(text) + " is no role: primary, backup, standby, ignore or configured.");
}

LinkIndex linkArgument(const std::string& name, std::span<const core::LinkReport> links) {
    const auto at = std::ranges::find(links, name, &core::LinkReport::name);
    if (at == links.end())
        throw compat::makeError(error::noSuchLink, "There is no link " + inQuotes(name) + ".");
    return at->index;
}

core::request::PathName pathName(const wire::Dictionary& path,
                                 std::span<const core::LinkReport> links) {
    core::request::PathName name;
    for (const auto& argument : path) {
        if (argument.first == "link") {
            name.link = linkArgument(textOf(argument), links);
        } else if (argument.first == "local") {
            const auto local = addressArgument(textOf(argument));
            name.local = local.address;
            name.localPort = local.port;
        } else if (argument.first == "remote") {
            const auto remote = addressArgument(textOf(argument));
            name.remote = remote.address;
            name.remotePort = remote.port;
        } else {
            throw invalid("A path has no " + inQuotes(argument.first) +
                          ", only local, remote and link.");
        }
    }
    return name;
}

} // namespace subflowd::dbus
