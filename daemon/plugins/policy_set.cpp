// SPDX-License-Identifier: BSD-3-Clause
#include "plugins/policy_set.hpp"

#include <subflowd/settings.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace subflowd::plugins {

namespace {

/// The same settings in another order are the same settings.
Settings settingsOf(const PolicyRequest& request) {
    auto sorted = request.settings;
    std::ranges::stable_sort(sorted, {}, &RequestedSetting::key);
    Settings settings;
    for (auto& [key, value, where] : sorted)
        settings.set(std::move(key), std::move(value));
    return settings;
}

} // namespace

void PolicySet::End::operator()(Policy* policy) const noexcept {
    try {
        descriptor->destroy(policy);
    } catch (...) { // NOLINT(bugprone-empty-catch): it is gone as far as it will ever go
    }
}

std::shared_ptr<const core::Configuration> PolicySet::configure(core::Configuration base) && {
    struct Owner {
        PolicySet set;
        core::Configuration configuration;
    };

    base.policies = policies_;
    base.rules = rules_;
    const auto owner = std::make_shared<Owner>(Owner{std::move(*this), std::move(base)});
    return {owner, &owner->configuration};
}

class PolicySetMaker {
  public:
    explicit PolicySetMaker(Catalog& catalog) : catalog_(catalog) {}

    void add(const RuleRequest& request) {
        core::Rule rule{request.name, request.match, {}};
        for (const auto& policy : request.chain)
            if (const auto index = indexOf(policy, request))
                rule.chain.push_back(*index);
        set_.rules_.push_back(std::move(rule));
    }

    /// Policies that belong to no rule.
    void addAlone(const RuleRequest& request) {
        for (const auto& policy : request.chain)
            indexOf(policy, request);
    }

    std::variant<PolicySet, std::vector<Fault>> result() && {
        if (!faults_.empty())
            return std::move(faults_);
        return std::move(set_);
    }

  private:
    struct Made {
        std::string policy;
        Settings settings;
        std::optional<std::size_t> index; ///< nothing: it was tried and failed

        bool is(const PolicyRequest& request, const Settings& wanted) const {
            return policy == request.policy && settings == wanted;
        }
    };

    std::optional<std::size_t> indexOf(const PolicyRequest& request, const RuleRequest& rule) {
        const auto settings = settingsOf(request);
        for (const auto& made : made_)
            if (made.is(request, settings))
                return made.index;
        made_.push_back({request.policy, settings, make(request, settings, rule)});
        return made_.back().index;
    }

    std::optional<std::size_t> make(const PolicyRequest& request, const Settings& settings,
                                    const RuleRequest& rule) {
        const auto found = catalog_.find(request.policy);
        if (const auto* refusal = std::get_if<Refusal>(&found)) {
            faults_.push_back({rule.where, refusal->text});
            return std::nullopt;
        }
        const auto& descriptor = *std::get<const PluginDescriptor*>(found);
        auto* const policy = create(descriptor, settings, request, rule);
        if (!policy)
            return std::nullopt;
        set_.owned_.emplace_back(policy, PolicySet::End{&descriptor});
        set_.policies_.push_back({request.policy, policy});
        return set_.policies_.size() - 1;
    }

    /// The fence around the plugin: whatever it throws becomes a fault.
    Policy* create(const PluginDescriptor& descriptor, const Settings& settings,
                   const PolicyRequest& request, const RuleRequest& rule) {
        const auto fail = [&](const std::string& what) {
            faults_.push_back(
                {rule.where, "policy " + request.policy + " cannot be made: " + what});
            return nullptr;
        };
        try {
            auto* const policy = descriptor.create(settings);
            return policy ? policy : fail("its plugin made none and gave no reason");
        } catch (const SettingsError& error) {
            faults_.push_back(faultOf(error, request, rule));
            return nullptr;
        } catch (const std::exception& error) {
            return fail(error.what());
        } catch (...) {
            return fail("its plugin threw something that is not a std::exception");
        }
    }

    static Fault faultOf(const SettingsError& error, const PolicyRequest& request,
                         const RuleRequest& rule) {
        const auto at = std::ranges::find(request.settings, error.key(), &RequestedSetting::key);
        const auto begin = "policy " + request.policy + ": " + error.key();
        if (at == request.settings.end())
            return {rule.where, begin + "= is not given: " + error.what()};
        return {at->where, begin + '=' + at->value + ": " + error.what()};
    }

    Catalog& catalog_;
    PolicySet set_;
    std::vector<Made> made_;
    std::vector<Fault> faults_;
};

std::variant<PolicySet, std::vector<Fault>>
makePolicies(Catalog& catalog, std::span<const RuleRequest> rules, const RuleRequest& alone) {
    PolicySetMaker maker{catalog};
    for (const auto& rule : rules)
        maker.add(rule);
    maker.addAlone(alone);
    return std::move(maker).result();
}

} // namespace subflowd::plugins
