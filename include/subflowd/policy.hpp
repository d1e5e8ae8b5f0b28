// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/connection.hpp>
#include <subflowd/link.hpp>
#include <subflowd/plan.hpp>
#include <subflowd/store.hpp>
#include <subflowd/time.hpp>

#include <span>

namespace subflowd {

/// The facts that are collected only if a policy asks for them; several are joined with |.
enum class Needs : std::uint8_t {
    events = 0, ///< nothing beyond what the kernel's events tell
    facts = 1,  ///< ConnectionView::facts; new subflows of the connection wait for them
    health = 2, ///< SubflowState::suspect, on connections that this host opened (inet_diag)
};

constexpr Needs operator|(Needs a, Needs b) {
    return static_cast<Needs>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}

constexpr bool includes(Needs all, Needs one) {
    return (static_cast<std::uint8_t>(all) & static_cast<std::uint8_t>(one)) != 0;
}

/// An address that the administrator gave the in-kernel path manager to be announced
/// (`ip mptcp endpoint add ... signal`, MPTCP_PM_ADDR_FLAG_SIGNAL). In userspace mode the kernel
/// announces it on no connection.
struct SignalEndpoint {
    Endpoint endpoint;       ///< port 0: the connection's own
    LinkIndex link = noLink; ///< MPTCP_PM_ADDR_ATTR_IF_IDX; noLink: any

    friend bool operator==(const SignalEndpoint&, const SignalEndpoint&) = default;
};

/// The host, as a policy sees it. Everything lives as long as the call.
struct HostView {
    Instant now{};
    std::span<const LinkView> links;
    std::span<const AddressView> addresses;
    const Store& memory; ///< what this policy learned
    std::span<const SignalEndpoint> signalEndpoints;
    Duration closeTimeout{}; ///< net.mptcp.close_timeout: how long the kernel keeps a connection
                             ///< that has no subflow
};

/// An attempt or a subflow on a path ended other than the daemon wanted. Told once, whichever
/// connection it happened to.
struct Fact {
    Token token{};
    LinkIndex link = noLink;
    IpAddress local;
    Endpoint remote;
    RemoteOrigin origin = RemoteOrigin::initial;
    Failure failure;
    Duration lasted{}; ///< how long the subflow had been established; 0: never
    Instant when{};

    friend bool operator==(const Fact&, const Fact&) = default;
};

/// A policy decides which subflows a connection should have. It never sends a command and keeps
/// no state of its own: the daemon keeps the facts and asks again whenever one of them changes.
/// All calls come from one thread, one at a time.
class Policy {
  public:
    Policy() = default;
    Policy(const Policy&) = delete;
    Policy& operator=(const Policy&) = delete;
    virtual ~Policy() = default;

    /// What must be known of a connection before plan() can judge it. Constant.
    virtual Needs needs() const { return Needs::events; }

    /// States everything this policy wants for the connection now. A function of its arguments:
    /// the same arguments give the same plan. A client's connection may be shown as established a
    /// moment before it is, so that the plan is there in time. `plan` is empty at the start. A
    /// throw leaves the policy's previous decisions in force; three throws and the policy is out.
    virtual void plan(const ConnectionView& connection, const HostView& host, Plan& plan) = 0;

    /// Takes note of a fact for all connections. `memory` is this policy's own.
    virtual void learn(const Fact& /*fact*/, Store& /*memory*/) {}
};

} // namespace subflowd
