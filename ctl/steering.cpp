// SPDX-License-Identifier: BSD-3-Clause
#include "steering.hpp"

#include "filter.hpp"

#include <subflowd/address_text.hpp>

namespace subflowd::ctl {

namespace {

Token tokenOf(const Options& options) {
    return parseToken(options.token);
}

std::string addSubflow(const Options& options, Client& client) {
    client.createSubflow(tokenOf(options), pathWords(options), options.priority);
    return "The subflow was asked for; it stays wanted until it is released.\n";
}

std::string endSubflow(const Options& options, Client& client) {
    client.destroySubflow(tokenOf(options), pathWords(options));
    return "The subflow ended; no other comes there until it is released.\n";
}

std::string makeBackup(const Options& options, Client& client) {
    client.setPriority(tokenOf(options), pathWords(options), "backup");
    return "The subflow is backup now.\n";
}

std::string makeRegular(const Options& options, Client& client) {
    client.setPriority(tokenOf(options), pathWords(options), "regular");
    return "The subflow is regular now.\n";
}

std::string announce(const Options& options, Client& client) {
    client.announce(tokenOf(options), options.address);
    return "The address was announced.\n";
}

std::string withdraw(const Options& options, Client& client) {
    client.withdraw(tokenOf(options), options.address);
    return "The address was withdrawn.\n";
}

std::string setPolicies(const Options& options, Client& client) {
    client.setPolicies(tokenOf(options), options.policies);
    return "These policies decide about the connection now.\n";
}

std::string resetPolicies(const Options& options, Client& client) {
    client.resetPolicies(tokenOf(options));
    return "The policies of its rule decide about the connection again.\n";
}

std::string setPolicyOptions(const Options& options, Client& client) {
    client.setPolicyOptions(options.policy, parsePolicyOptions(options.settings));
    return "The policy has these options until the configuration is read again.\n";
}

std::string retry(const Options& options, Client& client) {
    client.retry(tokenOf(options), pathWords(options));
    return "Whatever waited is tried now.\n";
}

std::string release(const Options& options, Client& client) {
    client.release(tokenOf(options), pathWords(options));
    return "What was ordered is forgotten.\n";
}

std::string setRole(const Options& options, Client& client) {
    client.setLinkRole(options.link, options.role);
    return "The link has this role until it is given another, or the daemon ends.\n";
}

std::string drain(const Options& options, Client& client) {
    client.drainLink(options.link);
    return "The link gives its subflows up, each as soon as another carries.\n";
}

std::string undrain(const Options& options, Client& client) {
    client.undrainLink(options.link);
    return "The link may have subflows again.\n";
}

} // namespace

Client::PathWords pathWords(const Options& options) {
    Client::PathWords words;
    if (options.local.empty())
        return words;
    const bool isAddress = parseAddress(options.local) || parseEndpoint(options.local);
    words[isAddress ? "local" : "link"] = options.local;
    if (!options.remote.empty())
        words["remote"] = options.remote;
    return words;
}

Steering steeringOf(Command command) {
    switch (command) {
    case Command::subflowAdd:
        return addSubflow;
    case Command::subflowDel:
        return endSubflow;
    case Command::subflowBackup:
        return makeBackup;
    case Command::subflowRegular:
        return makeRegular;
    case Command::announce:
        return announce;
    case Command::withdraw:
        return withdraw;
    case Command::policySet:
        return setPolicies;
    case Command::policyReset:
        return resetPolicies;
    case Command::policyOptions:
        return setPolicyOptions;
    case Command::retry:
        return retry;
    case Command::release:
        return release;
    case Command::linkSet:
        return setRole;
    case Command::linkDrain:
        return drain;
    case Command::linkUndrain:
        return undrain;
    default:
        return nullptr;
    }
}

} // namespace subflowd::ctl
