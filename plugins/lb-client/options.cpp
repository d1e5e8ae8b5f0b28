// SPDX-License-Identifier: BSD-3-Clause
#include "options.hpp"

#include <subflowd/address_text.hpp>
#include <subflowd/link_pattern.hpp>

#include <algorithm>
#include <chrono>
#include <string_view>

namespace subflowd::lb_client {

namespace {

Remotes readRemotes(const Settings& given) {
    const auto word = given.text("WithoutCFlag").value_or("both");
    if (word == "both")
        return Remotes::both;
    if (word == "initial")
        return Remotes::initial;
    if (word == "announced")
        return Remotes::announced;
    throw SettingsError("WithoutCFlag", "wants both, initial or announced");
}

UnknownFlag readUnknownFlag(const Settings& given) {
    const auto word = given.text("UnknownCFlag").value_or("learn");
    if (word == "learn")
        return UnknownFlag::learn;
    if (word == "avoid")
        return UnknownFlag::avoid;
    throw SettingsError("UnknownCFlag", "wants learn or avoid");
}

void readAnsweredBy(const Settings& given, Options& options) {
    for (const auto word : given.words("AnsweredBy")) {
        if (const auto network = parsePrefix(word))
            options.answeringNetworks.push_back(*network);
        else if (isLinkPattern(word))
            options.answeringLinks.emplace_back(word);
        else
            throw SettingsError("AnsweredBy", '"' + std::string{word} +
                                                  "\" is neither the name of a link, nor a pattern "
                                                  "of names, nor a network like 10.0.0.0/8");
    }
}

std::vector<Family> readFamilies(const Settings& given) {
    if (!given.text("Families"))
        return Options{}.families;
    std::vector<Family> families;
    for (const auto word : given.words("Families")) {
        const auto family = word == "ipv4" ? Family::ipv4 : Family::ipv6;
        const bool twice = std::ranges::find(families, family) != families.end();
        if ((word != "ipv4" && word != "ipv6") || twice)
            throw SettingsError("Families", "wants ipv4, ipv6, or both, the preferred one first");
        families.push_back(family);
    }
    if (families.empty())
        throw SettingsError("Families", "wants ipv4, ipv6, or both");
    return families;
}

Duration readMilliseconds(const Settings& given, std::string_view key, long byDefault) {
    return std::chrono::milliseconds(given.number(key, 0, 10'000, byDefault));
}

} // namespace

Options readOptions(const Settings& given) {
    Options options;
    options.remotes = readRemotes(given);
    options.unknownFlag = readUnknownFlag(given);
    readAnsweredBy(given, options);
    options.families = readFamilies(given);
    options.settle = readMilliseconds(given, "Settle", 50);
    options.familyDelay = readMilliseconds(given, "FamilyDelay", 250);
    return options;
}

} // namespace subflowd::lb_client
