// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/configuration.hpp"
#include "core/flat_index.hpp"
#include "core/link_settings.hpp"
#include "core/network.hpp"
#include "core/report.hpp"
#include "core/request.hpp"

#include <subflowd/link.hpp>
#include <subflowd/time.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace subflowd::core {

/// Stands for a local address on a link, as long as somebody refers to it.
enum class LocalRef : std::uint16_t {};

/// A local address on a link: of the host now, or formerly and still referred to.
struct Local {
    IpAddress address;
    LinkIndex link = noLink;
    Usability usability = Usability::noRoute;            ///< whatever the remote
    Role role = Role::primary;                           ///< of the link
    bool named = false;                                  ///< somebody gave the link a role
    std::uint8_t mostSubflows = LinkSettings::anyNumber; ///< of one connection on the link
    LinkIndex vrf = noLink;                              ///< the VRF that the link belongs to
    bool reachesAll = false; ///< a default route of its family leaves through the link
    bool present = false;    ///< on the host now
    bool tentative = false;
    bool deprecated = false;
    bool drained = false; ///< an operator takes the subflows from the link
    bool temporary = false;
    bool leaving = false; ///< the link is about to lose it
    bool offline = false; ///< the link does not lead into the Internet
    bool vacant = true;   ///< the entry waits for another address
    AddressId hostId{};   ///< the id that connections use unless the kernel knows another; never 0
    std::uint32_t users = 0;
    std::uint32_t serial = 0; ///< changes whenever a failed attempt from here deserves another
};

/// Links, local addresses and routes: which local address can reach which remote.
///
/// Routes are judged as the kernel judges a socket that is bound to a link: a route to the remote
/// must leave through it, in whatever table, because a second default route usually lives in a
/// table of its own behind a rule. What rules forbid all the same, the kernel's refusal tells.
class LinkTable {
  public:
    /// What a change meant for connections.
    enum class Effect : std::uint8_t { none, gain, loss };

    struct Applied {
        Effect effect = Effect::none;
        LinkIndex link = noLink; ///< where; noLink: everywhere
    };

    Applied apply(const NetworkChange& change);

    /// The networks may be others, though nothing changed: what failed deserves another attempt.
    void distrust();

    /// Roles and which tunnels are used come from here.
    void configure(std::span<const LinkRule> rules, ImportFlags flags = ImportFlags::yes);

    /// What a network manager says, in place of what it said before.
    void annotate(const LinkNotes& notes);

    /// What an operator says of a link, in place of the configuration.
    void orderRole(std::string_view name, std::optional<Role> role);
    void orderDrain(std::string_view name, request::Draining draining);

    const Local& local(LocalRef ref) const { return locals_[static_cast<std::size_t>(ref)]; }

    std::size_t localCount() const { return locals_.size(); }

    /// The local address on a link; on any link if `link` is noLink. Remembers it if unknown, so
    /// that there always is one. The caller becomes a user.
    LocalRef acquire(const IpAddress& address, LinkIndex link);
    void release(LocalRef ref);

    void retain(LocalRef ref) { ++locals_[static_cast<std::size_t>(ref)].users; }

    /// Whether the host has an address, on any link.
    bool isOwn(const IpAddress& address) const;

    /// Whether an address is in a network that a link is attached to: no gateway in between.
    bool isNeighbour(const IpAddress& address) const;

    /// What a connection that began on a link must not leave: its VRF, or the link itself where
    /// it is a tunnel that nobody configured as an uplink. noLink: neither.
    LinkIndex confinement(LinkIndex link) const;

    /// Whether a local address is inside of what confines a connection: on that link, or in that
    /// VRF. Without confinement: in no VRF.
    bool isInside(LocalRef ref, LinkIndex confinement) const;

    /// Whether more than one link can carry subflows.
    bool offersChoice() const { return choice_; }

    /// Whether a link waits for others to fail.
    bool hasStandby() const { return standby_; }

    /// Whether a local address can carry a new subflow to a remote.
    Usability usability(LocalRef ref, const IpAddress& remote) const;

    std::string_view name(LinkIndex link) const;

    /// For policies; valid until the next change.
    std::span<const LinkView> linkViews() const { return linkViews_; }

    std::span<const AddressView> addressViews() const { return addressViews_; }

    LocalRef localOf(LocalId id) const { return viewed_[static_cast<std::size_t>(id)]; }

    std::vector<LinkReport> report() const;

  private:
    struct Link {
        network::Link facts;
        LinkSettings settings;
        bool allowed = true;  ///< not ignored by role or kind
        bool skipped = false; ///< a kind that must be asked for, and nobody did
        bool drained = false;
        std::vector<network::Route> routes;
        bool defaultRoute[2] = {false, false}; ///< by family
        bool crowded = false; ///< more routes than are kept: the kernel's answer decides
        bool seen = false;    ///< in the dump that is going on
    };

    struct LinkOrder {
        std::string link;
        std::optional<Role> role;
        bool drained = false;
    };

    LinkOrder& orderFor(std::string_view name);
    const LinkOrder* orderOf(std::string_view name) const;
    void applyOrders();
    void judgeLinks();

    Applied set(const network::Link& link);
    Applied unset(const network::LinkGone& gone);
    Applied set(const network::Address& address);
    Applied unset(const network::AddressGone& gone);
    Applied set(const network::Route& route);
    Applied unset(const network::RouteGone& gone);
    Applied everythingMayDiffer();
    void beginDump();
    Applied endDump();

    Link* find(LinkIndex index);
    const Link* find(LinkIndex index) const;
    std::optional<LocalRef> find(const IpAddress& address, LinkIndex link) const;
    LocalRef placed(const IpAddress& address, LinkIndex link);
    LocalRef add(const IpAddress& address, LinkIndex link);
    void dispose(LocalRef ref);
    void disposeUnused();
    void giveHostId(Local& local) const;
    void applySettings(Link& link) const;
    Effect judge(Local& local) const;
    Effect judgeAll(LinkIndex link);
    void touch(LinkIndex link);
    void summariseRoutes(Link& link) const;
    Usability verdict(const Local& local, const Link* link) const;
    static bool reaches(const Link& link, const IpAddress& remote);
    LinkIndex vrfOf(const Link& link) const;
    void refreshViews();

    std::vector<Link> links_;
    std::vector<Local> locals_;
    std::vector<LocalRef> free_;
    FlatIndex byAddress_;
    std::vector<LinkRule> rules_;
    std::vector<LinkOrder> orders_;
    LinkNotes notes_;
    ImportFlags flags_ = ImportFlags::yes;
    std::vector<LinkView> linkViews_;
    std::vector<AddressView> addressViews_;
    std::vector<LocalRef> viewed_;
    std::vector<std::pair<LinkIndex, IpAddress>> seenAddresses_;
    std::vector<network::Route> seenRoutes_;
    bool dumping_ = false;
    bool choice_ = false;
    bool standby_ = false;
};

} // namespace subflowd::core
