// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/report.hpp"
#include "dbus/link_adaptor.h"
#include "dbus/wire.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <string>
#include <vector>

namespace subflowd::dbus {

/// The object of a link: org.subflowd1.Link.xml says what the members do. Exported, and told of,
/// while it lives.
class LinkObject final
    : public sdbus::AdaptorInterfaces<org::subflowd1::Link_adaptor, sdbus::Properties_adaptor,
                                      sdbus::ManagedObject_adaptor> {
  public:
    /// The connection must outlive it. Throws sdbus::Error.
    LinkObject(sdbus::IConnection& connection, core::LinkReport link);
    ~LinkObject();
    LinkObject(const LinkObject&) = delete;
    LinkObject& operator=(const LinkObject&) = delete;

    /// Shows the link as it is now, and tells what changed.
    void update(const core::LinkReport& link);

  private:
    std::int32_t Index() override;
    std::string Name() override;
    std::string Kind() override;
    std::string Role() override;
    std::string RoleSource() override;
    bool Drained() override;
    bool Up() override;
    bool Metered() override;
    std::vector<wire::LinkAddress> Addresses() override;

    core::LinkReport link_;
};

} // namespace subflowd::dbus
