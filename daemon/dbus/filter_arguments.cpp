// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/filter_arguments.hpp"

#include "dbus/bus_names.hpp"
#include "dbus/in_quotes.hpp"
#include "dbus/names.hpp"
#include "dbus/sdbus_compat.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>

namespace subflowd::dbus {

namespace {

using Argument = wire::Dictionary::value_type;

sdbus::Error invalid(const std::string& sentence) {
    return compat::makeError(error::invalidArgs, sentence);
}

template <class Value>
Value valueOf(const Argument& argument, const char* type) {
    if (!argument.second.containsValueOfType<Value>())
        throw invalid("The filter " + inQuotes(argument.first) + " wants a " + type + ".");
    return argument.second.get<Value>();
}

std::string text(const Argument& argument) {
    return valueOf<std::string>(argument, "string");
}

Prefix network(const Argument& argument) {
    const auto value = text(argument);
    if (const auto prefix = parsePrefix(value))
        return *prefix;
    throw invalid(inQuotes(value) + " is neither an address nor a network such as 10.0.0.0/8.");
}

ConnectionState state(const Argument& argument) {
    const auto value = text(argument);
    if (const auto known = named<ConnectionState>(value))
        return *known;
    throw invalid(inQuotes(value) + " is no state of a connection: created or established.");
}

LinkIndex linkNamed(std::string_view name, std::span<const core::LinkReport> links) {
    const auto at = std::ranges::find(links, name, &core::LinkReport::name);
    return at == links.end() ? noLink : at->index;
}

LinkIndex existingLink(const std::string& name, std::span<const core::LinkReport> links) {
    const auto link = linkNamed(name, links);
    if (link == noLink)
        throw invalid("There is no link " + inQuotes(name) + ".");
    return link;
}

sdbus::Error unknownKey(const Argument& argument, const char* known) {
    return invalid("There is no filter " + inQuotes(argument.first) + ", only " + known + ".");
}

} // namespace

ConnectionFilter connectionFilter(const wire::Dictionary& arguments,
                                  std::span<const core::LinkReport> links) {
    ConnectionFilter filter;
    for (const auto& argument : arguments) {
        if (argument.first == "remote")
            filter.remote = network(argument);
        else if (argument.first == "link")
            filter.link = linkNamed(text(argument), links);
        else if (argument.first == "state")
            filter.state = state(argument);
        else if (argument.first == "rule")
            filter.rule = text(argument);
        else
            throw unknownKey(argument, "remote, link, state and rule");
    }
    return filter;
}

ChangeFilter changeFilter(const wire::Dictionary& arguments,
                          std::span<const core::LinkReport> links) {
    ChangeFilter filter;
    for (const auto& argument : arguments) {
        if (argument.first == "token")
            filter.token = Token{valueOf<std::uint32_t>(argument, "number (u)")};
        else if (argument.first == "remote")
            filter.remote = network(argument);
        else if (argument.first == "link")
            filter.link = existingLink(text(argument), links);
        else
            throw unknownKey(argument, "token, remote and link");
    }
    return filter;
}

} // namespace subflowd::dbus
