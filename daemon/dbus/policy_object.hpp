// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/host.hpp"
#include "dbus/policy_adaptor.h"

#include <sdbus-c++/sdbus-c++.h>

#include <map>
#include <string>

namespace subflowd::dbus {

/// The object of a policy: org.subflowd1.Policy.xml says what the members do. Exported, and told
/// of, while it lives.
class PolicyObject final
    : public sdbus::AdaptorInterfaces<org::subflowd1::Policy_adaptor, sdbus::Properties_adaptor,
                                      sdbus::ManagedObject_adaptor> {
  public:
    /// Both must outlive it. Throws sdbus::Error.
    PolicyObject(sdbus::IConnection& connection, const Host& host, PolicyDescription policy);
    ~PolicyObject();
    PolicyObject(const PolicyObject&) = delete;
    PolicyObject& operator=(const PolicyObject&) = delete;

    /// Shows the policy as it is now, and tells what changed.
    void update(const PolicyDescription& policy);

  private:
    std::string Name() override;
    std::string Version() override;
    std::string Summary() override;
    std::string File() override;
    std::uint32_t Strikes() override;
    bool Quarantined() override;
    std::map<std::string, std::string> Options() override;

    const Host& host_;
    PolicyDescription policy_;
};

} // namespace subflowd::dbus
