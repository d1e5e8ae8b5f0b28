// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/plugin.hpp>
#include <subflowd/policy.hpp>

#include <array>
#include <cstdint>

namespace subflowd::fullmesh {

/// A subflow for each usable local address and each remote of a connection that this host opened,
/// coverage first: a link without a subflow comes before a remote without one, and both before the
/// rest of the mesh. A server joins nothing: its clients are often behind a translator.
class Fullmesh final : public Policy {
  public:
    static constexpr const char* name = "fullmesh";
    static constexpr const char* version = "1";
    static constexpr const char* summary =
        "a subflow for each usable local and remote address, every link first";
    static constexpr std::array<SettingDescription, 3> settings{{
        {"MaxSubflows", "8", "subflows of a connection, the initial one included: 1 to 254"},
        {"MaxPerLink", "0", "subflows of a connection on each link: 1 to 254, 0 for any number"},
        {"Families", "ipv4 ipv6", "address families to use: ipv4, ipv6, or both"},
    }};

    explicit Fullmesh(const Settings& given);

    void plan(const ConnectionView& connection, const HostView& host, Plan& plan) override;

  private:
    bool usesFamily(Family family) const;

    std::uint8_t maxSubflows_;
    std::uint8_t maxPerLink_;
    bool ipv4_ = true;
    bool ipv6_ = true;
};

} // namespace subflowd::fullmesh
