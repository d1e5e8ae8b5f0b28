// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "link_use.hpp"
#include "options.hpp"

#include <span>

namespace subflowd::lb_client {

/// Chooses the paths of links, during one call: one local address and one remote for each link
/// that has no subflow, and one of the other family where the first is late.
class Choice {
  public:
    Choice(const Options& options, const ConnectionView& connection, const HostView& host,
           Plan& plan)
        : options_(options), connection_(connection), host_(host), plan_(plan) {}

    /// Fills in LinkUse::chosen where a subflow is missing. May ask to be asked again.
    void complete(std::span<LinkUse> uses) const;

    /// Whether a subflow may be opened on a path, as far as the peer and the settings go.
    bool isOpen(const PathView& path) const;

  private:
    struct Standing;

    void race(std::span<const LinkUse> uses, LinkUse& use) const;
    Instant firstLook() const;
    template <class Fits>
    const PathView* best(std::span<const LinkUse> uses, const LinkUse& use, Fits&& fits) const;
    Standing standingOf(std::span<const LinkUse> uses, const PathView& path) const;

    bool isOpenRemote(const PathView& path) const;
    bool deniesInitial() const;
    bool answers(const PathView& path) const;
    bool isTemporary(const IpAddress& address) const;

    const Options& options_;
    const ConnectionView& connection_;
    const HostView& host_;
    Plan& plan_;
};

} // namespace subflowd::lb_client
