// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "items.hpp"

#include <subflowd/plugin.hpp>
#include <subflowd/policy.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace subflowd::announce {

/// Announces addresses of this host to the clients that connect to it (ADD_ADDR, RFC 8684 §3.4.1),
/// and once more to one that lost its subflows to such an address. Without settings it takes up
/// what the in-kernel path manager would announce, and in userspace mode does not.
class Announce final : public Policy {
  public:
    static constexpr const char* name = "announce";
    static constexpr const char* version = "1";
    static constexpr const char* summary =
        "announces addresses to clients: those named, or the kernel's endpoints for it";
    static constexpr std::array<SettingDescription, 4> settings{{
        {"Addresses", "",
         "addresses, links or auto, with or without a port; empty for the kernel's endpoints"},
        {"Again", "yes", "whether to announce again to a client that lost its subflows"},
        {"MaxAgain", "5", "how often at most, for each address of a connection: 0 to 250"},
        {"AgainAfter", "30", "seconds between two announcements of an address: 1 to 86400"},
    }};

    explicit Announce(const Settings& given);

    void plan(const ConnectionView& connection, const HostView& host, Plan& plan) override;

  private:
    /// What the call is about, and where the answer goes.
    struct Call {
        const ConnectionView& connection;
        const HostView& host;
        Plan& plan;
    };

    /// Who asked for an address to be announced.
    struct Source {
        std::uint16_t port = 0;
        Item::Kind kind = Item::Kind::automatic;
        const ReasonText* reason = nullptr;
    };

    void sayEndpoints(const Call& call, Family family) const;
    void sayItems(const Call& call, Family family) const;
    void say(const Call& call, LocalId local, const Source& source) const;
    Delivery deliveryOf(const Call& call, const AnnouncementView& known) const;

    std::vector<Item> items_;
    std::uint8_t maxAgain_ = 0;
    Duration againAfter_{};
};

} // namespace subflowd::announce
