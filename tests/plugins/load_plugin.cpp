// SPDX-License-Identifier: BSD-3-Clause
// load-plugin DIRECTORY NAME [KEY=VALUE]...: loads a policy as the daemon does, and shows what it
// plans for a connection over one link when there is a second.
#include "plugins/policy_set.hpp"

#include <subflowd/address_text.hpp>

#include <array>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <span>

namespace {

using namespace subflowd;

constexpr Endpoint server{IpAddress::v4(203, 0, 113, 1), 443};
constexpr AddressView first{IpAddress::v4(192, 0, 2, 1), LinkIndex{1}, Usability::usable, false};
constexpr AddressView second{IpAddress::v4(198, 51, 100, 1), LinkIndex{2}, Usability::usable,
                             false};

plugins::PolicyRequest requestOf(std::span<char*> arguments) {
    plugins::PolicyRequest request{arguments[2], {}};
    for (const std::string_view argument : arguments.subspan(3)) {
        const auto equals = std::min(argument.find('='), argument.size() - 1);
        request.settings.push_back({std::string{argument.substr(0, equals)},
                                    std::string{argument.substr(equals + 1)}, "command line"});
    }
    return request;
}

PathView pathFrom(const AddressView& address, PathState state) {
    PathView path;
    path.link = address.link;
    path.local = address.address;
    path.remote = server;
    path.state = state;
    path.subflows = state == PathState::confirmed ? 1 : 0;
    return path;
}

void showPlan(Policy& policy) {
    const std::array links{
        LinkView{LinkIndex{1}, "eth0", LinkKind::ethernet, Role::primary, true},
        LinkView{LinkIndex{2}, "wlan0", LinkKind::ethernet, Role::primary, true}};
    const std::array addresses{first, second};
    const std::array paths{pathFrom(first, PathState::confirmed),
                           pathFrom(second, PathState::idle)};
    SubflowView initial;
    initial.local = {first.address, 40000};
    initial.remote = server;
    initial.initial = true;
    const std::array subflows{initial};
    ConnectionView connection;
    connection.token = Token{1};
    connection.state = ConnectionState::established;
    connection.joinInitial = JoinInitial::allowed;
    connection.local = initial.local;
    connection.remote = server;
    connection.paths = paths;
    connection.subflows = subflows;
    const Store memory;
    Plan plan;
    policy.plan(connection, HostView{Instant{}, links, addresses, memory, {}, {}}, plan);
    for (const auto& [path, want, reason] : plan.wants()) {
        const auto& wanted = paths.at(static_cast<std::size_t>(path));
        std::cout << "want " << toString(wanted.local) << " -> " << toString(wanted.remote) << ' '
                  << codeOf(reason) << '\n';
    }
}

int run(std::span<char*> arguments) {
    plugins::Catalog catalog{{}, {{arguments[1], plugins::PluginDirectory::Presence::required}}};
    const std::array rules{plugins::RuleRequest{"default", {}, {requestOf(arguments)}, "policy"}};
    const auto made = plugins::makePolicies(catalog, rules);
    if (const auto* faults = std::get_if<std::vector<plugins::Fault>>(&made)) {
        for (const auto& [where, text] : *faults)
            std::cerr << where << ": " << text << '\n';
        return EXIT_FAILURE;
    }
    for (const auto* descriptor : catalog.known())
        std::cout << descriptor->name << ' ' << descriptor->version << '\n';
    showPlan(*std::get<plugins::PolicySet>(made).policies().front().policy);
    return EXIT_SUCCESS;
}

} // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::cerr << "usage: load-plugin DIRECTORY NAME [KEY=VALUE]...\n";
        return 2;
    }
    try {
        return run({arguments, static_cast<std::size_t>(count)});
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
