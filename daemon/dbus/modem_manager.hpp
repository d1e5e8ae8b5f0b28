// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/modem_notes.hpp"
#include "dbus/object_watch.hpp"

#include <functional>
#include <map>
#include <string>

namespace subflowd::dbus {

/// Follows which modems roam, if ModemManager is there.
class ModemManager final : private ObjectWatch::Listener {
  public:
    using Told = std::function<void(const Roaming&)>;

    /// Calls `told` whenever others roam. The connection must outlive it.
    ModemManager(sdbus::IConnection& connection, Told told);

  private:
    void ownerChanged(const std::string& owner) override;
    void changed(const std::string& path, const std::string& interface,
                 const wire::Dictionary& properties) override;
    void removed(const std::string& path, const std::vector<std::string>& interfaces) override;

    void allKnown() override {}

    void tell();

    Told told_;
    std::map<std::string, Modem> modems_; ///< by their paths
    Roaming last_;
    ObjectWatch watch_;
};

} // namespace subflowd::dbus
