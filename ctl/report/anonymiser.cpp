// SPDX-License-Identifier: BSD-3-Clause
#include "report/anonymiser.hpp"

#include <subflowd/address_text.hpp>

#include <algorithm>
#include <cctype>

namespace subflowd::ctl::report {

namespace {

bool isAlphanumeric(char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0;
}

bool isOfName(char letter) {
    return isAlphanumeric(letter) || letter == '_' || letter == '-';
}

bool isOfAddress(char letter) {
    return std::isxdigit(static_cast<unsigned char>(letter)) != 0 || letter == ':' || letter == '.';
}

bool isHardwareAddress(std::string_view text) {
    if (text.size() != 17)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((text[i] == ':') != (i % 3 == 2) || text[i] == '.')
            return false;
    return true;
}

/// How many bytes of an address name its network: a /24, a /64.
std::size_t networkBytes(Family family) {
    return family == Family::ipv4 ? 3 : 8;
}

std::uint8_t low(std::size_t number) {
    return static_cast<std::uint8_t>(number & 0xff);
}

std::uint8_t high(std::size_t number) {
    return static_cast<std::uint8_t>(number >> 8U & 0xff);
}

IpAddress standIn4(Scope scope, std::size_t network, std::uint8_t host) {
    if (scope == Scope::linkLocal)
        return IpAddress::v4(169, 254, low(network), host);
    if (scope == Scope::unique)
        return IpAddress::v4(10, high(network), low(network), host);
    return IpAddress::v4(198, static_cast<std::uint8_t>(18 + (high(network) & 1)), low(network),
                         host); // RFC 2544
}

IpAddress standIn6(Scope scope, std::size_t network, std::size_t host) {
    std::array<std::uint8_t, 16> bytes{};
    if (scope == Scope::linkLocal) {
        bytes[0] = 0xfe;
        bytes[1] = 0x80;
    } else if (scope == Scope::unique) {
        bytes[0] = 0xfd;
    } else {
        bytes = {0x20, 0x01, 0x0d, 0xb8}; // RFC 3849
    }
    if (scope != Scope::linkLocal) {
        bytes[6] = high(network);
        bytes[7] = low(network);
    }
    bytes[14] = high(host);
    bytes[15] = low(host);
    return IpAddress::v6(bytes);
}

bool tellsNothing(const IpAddress& address) {
    const auto scope = address.scope();
    return scope == Scope::unspecified || scope == Scope::loopback || scope == Scope::multicast ||
           scope == Scope::reserved;
}

} // namespace

Anonymiser::Anonymiser(const std::vector<KnownName>& names) {
    std::map<std::string, std::size_t> counts;
    for (const auto& [name, kind] : names) {
        const auto known = [&name = name](const auto& pair) { return pair.first == name; };
        if (!name.empty() && std::ranges::none_of(names_, known))
            names_.emplace_back(name, kind + std::to_string(++counts[kind]));
    }
    std::ranges::stable_sort(names_, std::greater{},
                             [](const auto& pair) { return pair.first.size(); });
}

std::string Anonymiser::operator()(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (const auto length = replaceName(text, out); length > 0) {
            text.remove_prefix(length);
            continue;
        }
        const auto end = std::ranges::find_if_not(text, isOfAddress);
        auto length = static_cast<std::size_t>(end - text.begin());
        if (length > 0 && (length == text.size() || !isOfName(text[length]))) {
            out += replaceRun(text.substr(0, length));
        } else { // no address: the whole word
            length = 1;
            if (isOfName(text.front()))
                while (length < text.size() && isOfName(text[length]))
                    ++length;
            out += text.substr(0, length);
        }
        text.remove_prefix(length);
    }
    return out;
}

/// Replaces a name at the beginning of the text, and says how long it was; 0: there is none.
std::size_t Anonymiser::replaceName(std::string_view rest, std::string& out) const {
    for (const auto& [name, standIn] : names_)
        if (rest.starts_with(name) &&
            (rest.size() == name.size() || !isOfName(rest[name.size()]))) {
            out += standIn;
            return name.size();
        }
    return 0;
}

/// A run of hexadecimal digits, colons and dots: an address with or without a port, or not.
std::string Anonymiser::replaceRun(std::string_view run) {
    const auto last = run.find_last_not_of(".:");
    const auto core = run.substr(0, last == std::string_view::npos ? 0 : last + 1);
    const std::string tail{run.substr(core.size())};
    if (const auto address = parseAddress(run)) // "::" and "2001:db8::" end in colons
        return replaced(*address);
    if (const auto address = parseAddress(core))
        return replaced(*address) + tail;
    if (const auto endpoint = parseEndpoint(core))
        return replaced(endpoint->address) + ':' + std::to_string(endpoint->port) + tail;
    if (isHardwareAddress(core)) {
        const auto number = std::to_string(hardware_.size() + 1);
        return hardware_.try_emplace(std::string{core}, "hardware-address" + number).first->second +
               tail;
    }
    return std::string{run};
}

std::string Anonymiser::replaced(const IpAddress& address) {
    if (tellsNothing(address))
        return toString(address);
    if (const auto at = addresses_.find(address); at != addresses_.end())
        return toString(at->second);
    return toString(addresses_.emplace(address, standIn(address)).first->second);
}

IpAddress Anonymiser::standIn(const IpAddress& address) {
    Network network{};
    const auto length = networkBytes(address.family());
    std::copy_n(address.bytes().begin(), length, network.begin());
    const std::pair key{address.family(), network};
    const auto number = networks_.try_emplace(key, networks_.size() + 1).first->second;
    const bool isNetwork =
        std::all_of(address.bytes().begin() + static_cast<std::ptrdiff_t>(length),
                    address.bytes().end(), [](auto byte) { return byte == 0; });
    const std::size_t host = isNetwork ? 0 : ++hosts_[key];
    return address.family() == Family::ipv4 ? standIn4(address.scope(), number, low(host))
                                            : standIn6(address.scope(), number, host);
}

} // namespace subflowd::ctl::report
