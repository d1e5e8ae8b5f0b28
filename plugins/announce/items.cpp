// SPDX-License-Identifier: BSD-3-Clause
#include "items.hpp"

#include <subflowd/address_text.hpp>
#include <subflowd/link_pattern.hpp>

#include <string_view>
#include <utility>

namespace subflowd::announce {

namespace {

/// Whether a word is more likely a mistyped address than the name of a link.
bool looksLikeAddress(std::string_view word) {
    return word.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// "10.0.0.1", "10.0.0.1:8443", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:8443"
std::optional<Item> readAddress(std::string_view word) {
    if (const auto endpoint = parseEndpoint(word); endpoint && endpoint->port != 0)
        return Item{Item::Kind::address, endpoint->address, {}, endpoint->port};
    if (word.starts_with('[') && word.ends_with(']'))
        word = word.substr(1, word.size() - 2);
    if (const auto address = parseAddress(word))
        return Item{Item::Kind::address, *address, {}, 0};
    return std::nullopt;
}

/// "auto", "eth0", "wl*:8443"
std::optional<Item> readLinks(std::string_view word) {
    Item item;
    if (const auto colon = word.rfind(':'); colon != std::string_view::npos) {
        const auto port = detail::parseWhole<std::uint16_t>(word.substr(colon + 1));
        if (!port || *port == 0)
            return std::nullopt;
        item.port = *port;
        word = word.substr(0, colon);
    }
    if (word == "auto")
        return item;
    if (!isLinkPattern(word) || looksLikeAddress(word))
        return std::nullopt;
    item.kind = Item::Kind::links;
    item.links = word;
    return item;
}

} // namespace

std::vector<Item> readItems(const Settings& given) {
    std::vector<Item> items;
    for (const auto word : given.words("Addresses")) {
        auto item = readAddress(word);
        if (!item)
            item = readLinks(word);
        if (!item)
            throw SettingsError(
                "Addresses", '"' + std::string{word} +
                                 "\" is neither an address, nor the name of a link or a pattern of "
                                 "names, nor auto, each with or without a port: 10.0.0.1, "
                                 "[2001:db8::1]:8443, eth*, auto:8443");
        items.push_back(std::move(*item));
    }
    return items;
}

} // namespace subflowd::announce
