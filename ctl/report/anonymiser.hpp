// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/address.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace subflowd::ctl::report {

/// A name that tells whose host it is, and what stands for its kind: {"enp3s0", "link"}.
using KnownName = std::pair<std::string, std::string>;

/// Replaces what tells whose host it is: addresses by others of the same scope, so that two are
/// equal, or in the same network (/24, /64), if the real ones are; hardware addresses; and given
/// names. The same is replaced by the same for the life of this object. Loopback and unspecified
/// addresses stay.
class Anonymiser {
  public:
    explicit Anonymiser(const std::vector<KnownName>& names);

    std::string operator()(std::string_view text);

  private:
    using Network = std::array<std::uint8_t, 8>; ///< the first bits, and the scope

    std::size_t replaceName(std::string_view rest, std::string& out) const;
    std::string replaceRun(std::string_view run);
    std::string replaced(const IpAddress& address);
    IpAddress standIn(const IpAddress& address);

    std::vector<std::pair<std::string, std::string>> names_; ///< the longest first
    std::map<std::pair<Family, Network>, std::size_t> networks_;
    std::map<std::pair<Family, Network>, std::size_t> hosts_; ///< how many a network has so far
    std::map<IpAddress, IpAddress> addresses_;
    std::map<std::string, std::string> hardware_;
};

} // namespace subflowd::ctl::report
