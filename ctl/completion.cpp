// SPDX-License-Identifier: BSD-3-Clause
#include "completion.hpp"

#include "completion_scripts.hpp"

#include <CLI/CLI.hpp>

#include <sstream>
#include <utility>

namespace subflowd::ctl::completion {

namespace {

std::string firstSentence(const std::string& help) {
    return help.substr(0, help.find_first_of("\n:;("));
}

/// The values that CLI::IsMember names: "TEXT:{auto,always,never}".
std::vector<std::string> valuesOf(const CLI::Option& option) {
    const auto type = option.get_type_name();
    const auto open = type.find('{');
    const auto close = type.find('}', open);
    std::vector<std::string> values;
    if (open == std::string::npos || close == std::string::npos)
        return values;
    std::istringstream list{type.substr(open + 1, close - open - 1)};
    for (std::string value; std::getline(list, value, ',');)
        values.push_back(value);
    return values;
}

void add(const CLI::Option& option, Command& command) {
    if (option.nonpositional()) {
        Choice choice{{}, valuesOf(option)};
        for (const auto& name : option.get_lnames()) {
            command.options.push_back({"--" + name, firstSentence(option.get_description())});
            choice.options.push_back("--" + name);
        }
        if (option.get_items_expected_max() > 0)
            command.choices.push_back(std::move(choice));
        return;
    }
    for (auto& value : valuesOf(option))
        command.values.push_back(std::move(value));
    command.arguments.push_back(option.get_name(true));
}

/// An option of a command is one of its subcommands', too (CLI::App::fallthrough).
void describe(const CLI::App& app, const Command& parent, std::vector<Command>& all) {
    Command command;
    command.path = parent.path + (parent.path.empty() ? "" : " ") + app.get_name();
    if (app.get_parent() == nullptr)
        command.path.clear();
    for (const auto* option : app.get_options())
        add(*option, command);
    for (const auto& option : parent.options)
        if (option.text != "--help")
            command.options.push_back(option);
    command.choices.insert(command.choices.end(), parent.choices.begin(), parent.choices.end());
    const auto subcommands = app.get_subcommands([](const CLI::App*) { return true; });
    for (const auto* sub : subcommands)
        command.subcommands.push_back({sub->get_name(), firstSentence(sub->get_description())});
    all.push_back(command);
    for (const auto* sub : subcommands)
        describe(*sub, command, all);
}

} // namespace

std::vector<Command> describe(const CLI::App& app) {
    std::vector<Command> all;
    describe(app, {}, all);
    return all;
}

std::string script(const std::vector<Command>& commands, const std::string& shell) {
    if (shell == "bash")
        return bashScript(commands);
    return shell == "zsh" ? zshScript(commands) : fishScript(commands);
}

} // namespace subflowd::ctl::completion
