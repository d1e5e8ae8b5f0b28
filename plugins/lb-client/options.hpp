// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>
#include <subflowd/settings.hpp>
#include <subflowd/time.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace subflowd::lb_client {

/// Which addresses are joined of a peer that allows joins to its initial one.
enum class Remotes : std::uint8_t { both, initial, announced };

/// What is done while nobody knows whether the peer allows joins to its initial address.
enum class UnknownFlag : std::uint8_t {
    learn, ///< as if it did: the daemon lets one connection find out for all
    avoid, ///< as if it did not
};

/// The settings of lb-client, read.
struct Options {
    Remotes remotes = Remotes::both;
    UnknownFlag unknownFlag = UnknownFlag::learn;
    std::vector<std::string> answeringLinks;
    std::vector<Prefix> answeringNetworks;
    std::vector<Family> families{Family::ipv6, Family::ipv4}; ///< the preferred one first
    Duration settle{};
    Duration familyDelay{};
};

/// Throws SettingsError.
Options readOptions(const Settings& given);

} // namespace subflowd::lb_client
