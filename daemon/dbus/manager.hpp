// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/request.hpp"
#include "dbus/authority.hpp"
#include "dbus/host.hpp"
#include "dbus/manager_adaptor.h"
#include "dbus/monitors.hpp"
#include "dbus/wire.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace subflowd::dbus {

/// The object /org/subflowd1: org.subflowd1.xml says what the members do. Exported while it
/// lives.
class Manager final : public sdbus::AdaptorInterfaces<org::subflowd1::Manager_adaptor,
                                                      sdbus::ObjectManager_adaptor> {
  public:
    /// All must outlive the object. Throws sdbus::Error.
    Manager(sdbus::IConnection& connection, Host& host, Monitors& monitors);
    ~Manager();

  private:
    std::string Version() override;
    std::string Mode() override;
    std::vector<std::string> KernelFeatures() override;
    wire::Dictionary GetStatus() override;
    std::vector<wire::Link> ListLinks() override;

    void SeesAll(sdbus::Result<bool>&& result) override;
    void ListConnections(sdbus::Result<std::vector<wire::Connection>, std::uint64_t>&& result,
                         wire::Dictionary filter, std::uint32_t limit,
                         std::uint64_t cursor) override;
    void GetConnection(sdbus::Result<wire::Connection>&& result, std::uint32_t token) override;
    void Explain(sdbus::Result<std::vector<wire::Path>>&& result, std::uint32_t token) override;
    void OpenMonitor(sdbus::Result<sdbus::UnixFd>&& result, wire::Dictionary filter) override;

    void Record(sdbus::Result<sdbus::UnixFd>&& result) override;
    void Reload(sdbus::Result<>&& result) override;

    void CreateSubflow(sdbus::Result<>&& result, std::uint32_t token, wire::Dictionary path,
                       std::string priority) override;
    void DestroySubflow(sdbus::Result<>&& result, std::uint32_t token,
                        wire::Dictionary path) override;
    void SetPriority(sdbus::Result<>&& result, std::uint32_t token, wire::Dictionary path,
                     std::string priority) override;
    void Announce(sdbus::Result<>&& result, std::uint32_t token, std::string address) override;
    void Withdraw(sdbus::Result<>&& result, std::uint32_t token, std::string address) override;
    void SetPolicies(sdbus::Result<>&& result, std::uint32_t token,
                     std::vector<std::string> policies) override;
    void ResetPolicies(sdbus::Result<>&& result, std::uint32_t token) override;
    void Retry(sdbus::Result<>&& result, std::uint32_t token, wire::Dictionary path) override;
    void Release(sdbus::Result<>&& result, std::uint32_t token, wire::Dictionary path) override;
    void SetLinkRole(sdbus::Result<>&& result, std::string link, std::string role) override;
    void DrainLink(sdbus::Result<>&& result, std::string link) override;
    void UndrainLink(sdbus::Result<>&& result, std::string link) override;
    void SetPolicyOptions(sdbus::Result<>&& result, std::string policy,
                          std::map<std::string, std::string> options) override;

    template <class Pending, class Then>
    void look(const Pending& pending, Then then);
    template <class Pending, class Then>
    void askOwners(const Pending& pending, Then then);
    void requireSight(const Sight& sight, Token token);
    OwnChanges changesOf(UserId user, const Owners& owners);
    sdbus::UnixFd openMonitor(const ChangeFilter& filter, std::optional<OwnChanges> own);
    core::ConnectionReport connection(Token token) const;
    std::optional<sdbus::Error> missing(const core::Request& request) const;
    core::request::PathName path(const wire::Dictionary& path) const;
    Caller caller();
    void change(sdbus::Result<>&& result, const char* action, core::Request request);

    Host& host_;
    Monitors& monitors_;
    Authority authority_;
    std::size_t askingOwners_ = 0; ///< calls that wait for the kernel
};

} // namespace subflowd::dbus
