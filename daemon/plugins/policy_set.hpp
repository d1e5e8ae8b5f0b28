// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/configuration.hpp"
#include "plugins/catalog.hpp"

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace subflowd::plugins {

/// A setting as somebody wrote it.
struct RequestedSetting {
    std::string key;
    std::string value;
    std::string where; ///< "subflowd.conf:12"
};

/// A policy in the chain of a rule, with the settings that hold there.
struct PolicyRequest {
    std::string policy;
    std::vector<RequestedSetting> settings;
};

struct RuleRequest {
    std::string name;
    core::Match match;
    std::vector<PolicyRequest> chain;
    std::string where; ///< where the chain is written
};

/// Why a policy cannot be had.
struct Fault {
    std::string where; ///< as it was given with the request
    std::string text;  ///< without a full stop

    friend bool operator==(const Fault&, const Fault&) = default;
};

/// Policies made and owned: one for each policy and settings that differ, whichever rules it is
/// in. Not copied; ended with the policies.
class PolicySet {
  public:
    /// `base` with the policies and rules of the set, which it keeps alive.
    std::shared_ptr<const core::Configuration> configure(core::Configuration base) &&;

    const std::vector<core::ConfiguredPolicy>& policies() const { return policies_; }

    const std::vector<core::Rule>& rules() const { return rules_; }

  private:
    friend class PolicySetMaker;

    /// Ends a policy with the function of the plugin that made it.
    struct End {
        const PluginDescriptor* descriptor = nullptr;
        void operator()(Policy* policy) const noexcept;
    };

    std::vector<std::unique_ptr<Policy, End>> owned_;
    std::vector<core::ConfiguredPolicy> policies_;
    std::vector<core::Rule> rules_;
};

/// Makes all policies that rules ask for, and those that `alone` asks for without being a rule, or
/// says everything that prevents it; then none exists.
std::variant<PolicySet, std::vector<Fault>>
makePolicies(Catalog& catalog, std::span<const RuleRequest> rules, const RuleRequest& alone = {});

} // namespace subflowd::plugins
