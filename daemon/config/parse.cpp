// SPDX-License-Identifier: BSD-3-Clause
#include "config/parse.hpp"

#include "config/keys.hpp"
#include "config/suggest.hpp"
#include "config/text.hpp"
#include "config/values.hpp"

#include <subflowd/link_pattern.hpp>

#include <algorithm>
#include <array>

namespace subflowd::config {

namespace {

constexpr std::array<std::string_view, 5> sectionKinds{"Daemon", "Rule", "Policy", "Link", "Guard"};
constexpr std::array<std::string_view, 3> defaultPolicies{"lb-client", "announce", "reestablish"};

template <class Into>
std::vector<std::string_view> namesOf(std::span<const Key<Into>> keys) {
    std::vector<std::string_view> names;
    for (const auto& key : keys)
        names.push_back(key.name);
    return names;
}

std::string unknownKey(const Section& section, const Entry& entry,
                       std::span<const std::string_view> known) {
    return '[' + section.header + "] has no key " + entry.key + '=' + didYouMean(entry.key, known);
}

class Reader {
  public:
    explicit Reader(Parsed& parsed) : config_(parsed.config), diagnostics_(parsed.diagnostics) {}

    void read(const Section& section) {
        const auto parts = words(section.header);
        const auto kind = parts.front();
        const std::span arguments{parts.begin() + 1, parts.end()};
        if (kind == "Daemon" && wants(section, arguments, {0, 0}))
            readKeys(section, daemonKeys(), config_.daemon);
        else if (kind == "Guard" && wants(section, arguments, {0, 0}))
            readKeys(section, guardKeys(), config_.guard);
        else if (kind == "Rule" && wants(section, arguments, {1, 1}))
            readRule(section, arguments[0]);
        else if (kind == "Policy" && wants(section, arguments, {1, 2}))
            readPolicy(section, arguments);
        else if (kind == "Link" && wants(section, arguments, {1, 1}))
            readLink(section, arguments[0]);
        else if (std::ranges::find(sectionKinds, kind) == sectionKinds.end())
            warn(section.origin, "there is no section [" + std::string{kind} + ']' +
                                     didYouMean(kind, sectionKinds));
    }

    /// What can only be judged when everything was read.
    void finish() {
        moveDefaultRuleToTheEnd();
        for (const auto& section : config_.policies)
            checkUse(section);
        for (const auto& rule : leftOut_)
            std::erase_if(config_.rules, [&](const Rule& each) { return each.name == rule; });
    }

  private:
    struct Between {
        std::size_t least;
        std::size_t most;
    };

    bool wants(const Section& section, std::span<const std::string_view> arguments, Between count) {
        const bool fits = arguments.size() >= count.least && arguments.size() <= count.most;
        if (!fits)
            fail(section.origin, '[' + section.header +
                                     "] should be [Daemon], [Guard], [Rule NAME], " +
                                     "[Policy NAME], [Policy NAME RULE] or [Link PATTERN]");
        return fits;
    }

    template <class Into>
    void readKeys(const Section& section, std::span<const Key<Into>> keys, Into& into) {
        for (const auto& entry : section.entries) {
            const auto key = std::ranges::find(keys, entry.key, &Key<Into>::name);
            if (key == keys.end())
                warn(entry.origin, unknownKey(section, entry, namesOf(keys)));
            else
                readKey(entry, *key, into);
        }
    }

    template <class Into>
    void readKey(const Entry& entry, const Key<Into>& key, Into& into) {
        if (entry.value.empty() && key.shape == Shape::single)
            return;
        if (const auto problem = key.read(entry.value, into))
            fail(entry.origin, entry.key + '=' + entry.value + ": " + *problem);
        else
            into.origins.push_back({entry.key, entry.origin});
    }

    void readRule(const Section& section, std::string_view name) {
        if (!nameIsGood(section, name))
            return;
        Rule rule{std::string{name}, {}, {}, section.origin, {}};
        if (name == defaultRule)
            rule.policies.assign(defaultPolicies.begin(), defaultPolicies.end());
        readKeys(section, ruleKeys(), rule);
        for (const auto& entry : section.entries)
            checkCondition(entry, name);
        if (name != defaultRule && originOf(rule.origins, "Policies") == Origin{})
            warn(section.origin,
                 "rule " + rule.name + " has no Policies=: connections that match get no subflow");
        config_.rules.push_back(std::move(rule));
    }

    /// A rule that lost a condition would match more than was meant.
    void checkCondition(const Entry& entry, std::string_view rule) {
        if (!entry.key.starts_with("Match"))
            return;
        if (rule == defaultRule)
            fail(entry.origin, entry.key + "= cannot be used in [Rule default], which is for "
                                           "every connection that no other rule is for");
        else if (std::ranges::find(ruleKeys(), entry.key, &Key<Rule>::name) == ruleKeys().end()) {
            leftOut_.emplace_back(rule);
            warn(entry.origin, "rule " + leftOut_.back() +
                                   " is left out, because it has a condition that is not known");
        }
    }

    void readPolicy(const Section& section, std::span<const std::string_view> arguments) {
        if (!nameIsGood(section, arguments[0]) || !nameIsGood(section, arguments.back()))
            return;
        PolicySection policy{std::string{arguments[0]}, std::nullopt, section.origin, {}};
        if (arguments.size() > 1)
            policy.rule = arguments[1];
        for (const auto& entry : section.entries)
            policy.settings.push_back({entry.key, entry.value, entry.origin});
        config_.policies.push_back(std::move(policy));
    }

    void readLink(const Section& section, std::string_view pattern) {
        if (!isLinkPattern(pattern)) {
            fail(section.origin, '"' + std::string{pattern} +
                                     "\" cannot be the name of a link or a pattern of names");
            return;
        }
        Link link{{std::string{pattern}, std::nullopt}, section.origin, {}};
        readKeys(section, linkKeys(), link);
        config_.links.push_back(std::move(link));
    }

    void moveDefaultRuleToTheEnd() {
        auto& rules = config_.rules;
        const auto at = std::ranges::find(rules, defaultRule, &Rule::name);
        if (at == rules.end())
            rules.push_back({std::string{defaultRule},
                             {},
                             {defaultPolicies.begin(), defaultPolicies.end()},
                             {},
                             {}});
        else
            std::rotate(at, at + 1, rules.end());
    }

    void checkUse(const PolicySection& section) {
        const auto& rules = config_.rules;
        if (section.rule && std::ranges::find(rules, *section.rule, &Rule::name) == rules.end())
            return warn(section.origin, "there is no rule " + *section.rule);
        const bool used = std::ranges::any_of(rules, [&section](const Rule& rule) {
            return (!section.rule || *section.rule == rule.name) &&
                   std::ranges::find(rule.policies, section.policy) != rule.policies.end();
        });
        if (!used)
            warn(section.origin, (section.rule ? "rule " + *section.rule + " does not use policy "
                                               : "no rule uses policy ") +
                                     section.policy);
    }

    bool nameIsGood(const Section& section, std::string_view name) {
        if (isName(name))
            return true;
        fail(section.origin,
             '"' + std::string{name} + "\" cannot be a name: letters, digits, '-', '_' and '.'");
        return false;
    }

    void warn(const Origin& origin, std::string text) {
        diagnostics_.push_back({Severity::warning, origin, std::move(text)});
    }

    void fail(const Origin& origin, std::string text) {
        diagnostics_.push_back({Severity::error, origin, std::move(text)});
    }

    Config& config_;
    Diagnostics& diagnostics_;
    std::vector<std::string> leftOut_; ///< rules with a condition that is not known
};

} // namespace

Parsed parse(std::span<const Source> sources) {
    Parsed parsed;
    std::vector<Section> sections;
    for (const auto& source : sources)
        addSections(source, sections, parsed.diagnostics);
    Reader reader{parsed};
    for (const auto& section : sections)
        reader.read(section);
    reader.finish();
    return parsed;
}

Parsed parse(std::string_view text, std::string_view file) {
    const std::array source{Source{std::string{file}, std::string{text}}};
    return parse(source);
}

} // namespace subflowd::config
