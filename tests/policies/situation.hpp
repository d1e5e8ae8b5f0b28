// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/policy.hpp>
#include <subflowd/settings.hpp>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace subflowd::test {

/// A host and one of its connections, as a policy is shown them: literal values, no core.
///
/// Paths are listed as the core lists them: every local address to the initial remote and to the
/// announced ones, as far as the families fit.
class Situation {
  public:
    /// A connection of this side with its initial subflow, at the time `now`.
    Situation(std::string_view local, std::string_view remote, Side side = Side::client);

    LinkView& link(std::uint32_t index, std::string_view name);
    AddressView& address(std::uint32_t link, std::string_view address);

    /// The peer announces an address, now or a while ago.
    void announced(std::string_view remote, Duration ago = std::chrono::seconds(10));
    void withdrawn(std::string_view remote);

    PathView& path(std::string_view local, std::string_view remote);

    /// A subflow, asked for or established a while ago, with the state of its path.
    SubflowView& subflow(std::string_view local, std::string_view remote, SubflowState state,
                         Duration ago = std::chrono::seconds(1));

    /// A subflow beside those that are there, on the same path.
    SubflowView& sibling(std::string_view local, std::string_view remote, SubflowState state,
                         Duration ago = std::chrono::seconds(1));

    /// The subflows of a path are gone; what is left is a failure.
    void failed(std::string_view local, std::string_view remote,
                Duration ago = std::chrono::seconds(1));
    void ended(std::string_view local, std::string_view remote);

    /// What was measured of the subflow with a local port just now.
    Measurement& measured(std::uint16_t port);

    /// Shows everything as a policy sees it.
    void show(const std::function<void(const ConnectionView&, const HostView&)>& to) const;

    /// What a policy says. Asks twice: the same arguments give the same plan.
    Plan ask(Policy& policy) const;

    /// "10.0.1.1 -> 10.9.1.1:443 lb-covers-link" for each path that is wanted, in the plan's order.
    std::vector<std::string> wants(Policy& policy) const;

    /// "10.0.0.2 announce-listed", "10.0.0.2:8443 announce-again again", in the plan's order.
    std::vector<std::string> announcements(Policy& policy) const;

    Instant now{std::chrono::seconds(1000)};
    ConnectionView connection;
    std::vector<LinkView> links;
    std::vector<AddressView> addresses;
    std::vector<AnnouncementView> ownAnnouncements;
    std::vector<SignalEndpoint> signalEndpoints;
    Store memory; ///< the policy's own
    Duration closeTimeout = std::chrono::seconds(60);

  private:
    void listPaths();
    LinkIndex linkOf(const IpAddress& address) const;
    PathId idOf(std::string_view local, std::string_view remote);

    std::vector<PathView> paths_;
    std::vector<SubflowView> subflows_;
    std::vector<Measurement> measurements_; ///< beside subflows_, or none
    std::vector<RemoteView> remotes_;
};

/// Settings from keys and values in turn.
Settings settings(std::initializer_list<std::pair<std::string, std::string>> given);

/// What a policy says against a setting: "Key: wants ..."
template <class P>
std::string problemOf(const char* key, const char* value) {
    try {
        P policy{settings({{key, value}})};
    } catch (const SettingsError& error) {
        return error.key() + ": " + error.what();
    }
    return "it was taken";
}

} // namespace subflowd::test
