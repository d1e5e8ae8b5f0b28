// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "choice.hpp"
#include "link_use.hpp"
#include "options.hpp"

#include <subflowd/plugin.hpp>
#include <subflowd/policy.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace subflowd::lb_client {

/// One subflow on each link of a connection that this host opened, to as many addresses of the
/// peer as there are (RFC 8684 §3.1, §3.4.1). What suits a server behind a load balancer, which
/// denies joins to its initial address and announces others, suits every other as well.
class LbClient final : public Policy {
  public:
    static constexpr const char* name = "lb-client";
    static constexpr const char* version = "1";
    static constexpr const char* summary =
        "one subflow on each link, to every address that a balanced server announces";
    static constexpr std::array<SettingDescription, 6> settings{{
        {"WithoutCFlag", "both",
         "what to join of a peer that allows its initial address: both, initial or announced"},
        {"UnknownCFlag", "learn",
         "what to do while nobody knows whether it does: learn (one connection tries) or avoid"},
        {"AnsweredBy", "",
         "links and networks whose addresses join announced addresses; empty for all"},
        {"Families", "ipv6 ipv4", "address families to use, the preferred one first"},
        {"Settle", "50", "milliseconds that an announced address waits for others: 0 to 10000"},
        {"FamilyDelay", "250",
         "milliseconds after which a link tries the other family as well: 0 to 10000"},
    }};

    explicit LbClient(const Settings& given);

    void plan(const ConnectionView& connection, const HostView& host, Plan& plan) override;

  private:
    void state(const ConnectionView& connection, const LinkUse& use, Plan& plan) const;
    void stateOthers(const ConnectionView& connection, const Choice& choice, Plan& plan) const;
    void keep(const ConnectionView& connection, const LinkUse& use, const SubflowView& subflow,
              Plan& plan) const;
    Reason reasonFor(const LinkUse& use, const PathView& path) const;

    Options options_;
    std::vector<LinkUse> uses_; ///< of the call that goes on: only its memory is kept
};

} // namespace subflowd::lb_client
