// SPDX-License-Identifier: BSD-3-Clause
#include "config/keys.hpp"
#include "config/lists.hpp"
#include "config/values.hpp"

#include <array>
#include <concepts>
#include <limits>

namespace subflowd::config {

namespace {

using core::Protection;

Problem read(std::string_view text, Protection& protection) {
    const auto truth = valueOf(truths, text);
    if (!truth)
        return "wants yes or no";
    protection = *truth ? Protection::on : Protection::off;
    return std::nullopt;
}

Problem read(std::string_view text, core::Allowance& allowance) {
    const auto value = parseAllowance(text);
    if (!value)
        return "wants how many at once (1 to 65535), a slash, and after what time one more (1us to "
               "1h), such as 16/56s";
    allowance = *value;
    return std::nullopt;
}

Problem read(std::string_view text, std::vector<Prefix>& prefixes) {
    return readPrefixes(text, prefixes);
}

Problem read(std::string_view text, std::vector<core::PortRange>& ports) {
    return readPorts(text, ports);
}

template <std::unsigned_integral Number>
Problem read(std::string_view text, Number& number) {
    constexpr auto most = std::numeric_limits<Number>::max();
    const auto value = parseNumber(text, 0, most);
    if (!value)
        return "wants a whole number from 0 to " + std::to_string(most);
    number = static_cast<Number>(*value);
    return std::nullopt;
}

std::string write(Protection protection) {
    return std::string{wordOf(truths, protection == Protection::on)};
}

std::string write(const core::Allowance& allowance) {
    return toString(allowance);
}

std::string write(const std::vector<Prefix>& prefixes) {
    return writePrefixes(prefixes);
}

std::string write(const std::vector<core::PortRange>& ports) {
    return writePorts(ports);
}

std::string write(std::unsigned_integral auto number) {
    return std::to_string(number);
}

template <auto member>
Problem readTo(std::string_view text, Guard& guard) {
    return read(text, guard.settings.*member);
}

template <auto member>
std::string writeFrom(const Guard& guard) {
    return write(guard.settings.*member);
}

using G = core::Guard;

constexpr std::array<Key<Guard>, 15> keysOfGuard{{
    {"FilterScope", Shape::single, readTo<&G::scope>, writeFrom<&G::scope>},
    {"AllowRemote", Shape::list, readTo<&G::allowRemotes>, writeFrom<&G::allowRemotes>},
    {"DenyRemote", Shape::list, readTo<&G::denyRemotes>, writeFrom<&G::denyRemotes>},
    {"AllowPort", Shape::list, readTo<&G::allowPorts>, writeFrom<&G::allowPorts>},
    {"DenyPort", Shape::list, readTo<&G::denyPorts>, writeFrom<&G::denyPorts>},
    {"MaxRemotes", Shape::single, readTo<&G::remotes>, writeFrom<&G::remotes>},
    {"MaxPortsPerRemote", Shape::single, readTo<&G::portsPerRemote>, writeFrom<&G::portsPerRemote>},
    {"MaxPendingJoins", Shape::single, readTo<&G::pendingJoins>, writeFrom<&G::pendingJoins>},
    {"JoinsPerConnection", Shape::single, readTo<&G::connectionJoins>,
     writeFrom<&G::connectionJoins>},
    {"JoinsPerHost", Shape::single, readTo<&G::hostJoins>, writeFrom<&G::hostJoins>},
    {"JoinsOverall", Shape::single, readTo<&G::joins>, writeFrom<&G::joins>},
    {"Confine", Shape::single, readTo<&G::confinement>, writeFrom<&G::confinement>},
    {"InboundJoins", Shape::single, readTo<&G::inboundJoins>, writeFrom<&G::inboundJoins>},
    {"MaxInboundPerPeer", Shape::single, readTo<&G::inboundPerPeer>, writeFrom<&G::inboundPerPeer>},
    {"MaxInboundOverall", Shape::single, readTo<&G::inbound>, writeFrom<&G::inbound>},
}};

} // namespace

std::span<const Key<Guard>> guardKeys() {
    return keysOfGuard;
}

} // namespace subflowd::config
