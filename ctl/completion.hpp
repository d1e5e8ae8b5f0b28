// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

/// Completion for shells, written from the command line that subflowctl itself has: nothing can be
/// forgotten.
namespace subflowd::ctl::completion {

/// What a word may be that the user types.
struct Word {
    std::string text; ///< "--json", "list"
    std::string help; ///< the first sentence

    friend bool operator==(const Word&, const Word&) = default;
};

/// An option that takes a value.
struct Choice {
    std::vector<std::string> options; ///< its spellings: "--color"
    std::vector<std::string> values;  ///< empty: a file, or anything

    friend bool operator==(const Choice&, const Choice&) = default;
};

/// A command, with the words of its parents before its name: "config check". The first is empty:
/// subflowctl itself.
struct Command {
    std::string path;
    std::vector<Word> subcommands;
    std::vector<Word> options;
    std::vector<Choice> choices;
    std::vector<std::string> arguments; ///< what stands in place of words: "TOKEN", "FILE"
    std::vector<std::string> values;    ///< of its first argument; empty: not a fixed set

    friend bool operator==(const Command&, const Command&) = default;
};

std::vector<Command> describe(const CLI::App& app);

/// For "bash", "zsh" or "fish".
std::string script(const std::vector<Command>& commands, const std::string& shell);

} // namespace subflowd::ctl::completion
