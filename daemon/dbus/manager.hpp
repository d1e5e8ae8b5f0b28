// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/host.hpp"
#include "dbus/manager_adaptor.h"
#include "dbus/monitors.hpp"
#include "dbus/wire.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace subflowd::dbus {

/// The object /org/subflowd1: org.subflowd1.xml says what the members do. Exported while it
/// lives.
class Manager final : public sdbus::AdaptorInterfaces<org::subflowd1::Manager_adaptor> {
  public:
    /// All must outlive the object. Throws sdbus::Error.
    Manager(sdbus::IConnection& connection, Host& host, Monitors& monitors);
    ~Manager();

  private:
    std::string Version() override;
    std::string Mode() override;
    std::vector<std::string> KernelFeatures() override;
    wire::Dictionary GetStatus() override;
    std::tuple<std::vector<wire::Connection>, std::uint64_t>
    ListConnections(const wire::Dictionary& filter, const std::uint32_t& limit,
                    const std::uint64_t& cursor) override;
    wire::Connection GetConnection(const std::uint32_t& token) override;
    std::vector<wire::Path> Explain(const std::uint32_t& token) override;
    std::vector<wire::Link> ListLinks() override;
    sdbus::UnixFd OpenMonitor(const wire::Dictionary& filter) override;
    void Reload(sdbus::Result<>&& result) override;

    core::ConnectionReport connection(Token token) const;
    void reloadFor(std::uint32_t uid, const sdbus::Result<>& result);

    Host& host_;
    Monitors& monitors_;
    std::unique_ptr<sdbus::IProxy> bus_; ///< the bus itself, to ask who a caller is
};

} // namespace subflowd::dbus
