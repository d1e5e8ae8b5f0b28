// SPDX-License-Identifier: BSD-3-Clause
#include "completion_scripts.hpp"

#include "prose.hpp"

#include <algorithm>
#include <iterator>

namespace subflowd::ctl::completion {

namespace {

// What the values of some arguments are, subflowctl itself knows.
constexpr const char* askTokens = "subflowctl list --json 2>/dev/null | "
                                  "grep -o '\"token\":\"0x[0-9a-f]*\"' | cut -d'\"' -f4";
constexpr const char* askPolicies = "subflowctl policies --json 2>/dev/null | "
                                    "grep -o '\"name\":\"[^\"]*\"' | cut -d'\"' -f4";
constexpr const char* askLinks = "subflowctl links --json 2>/dev/null | "
                                 "grep -o '\"name\":\"[^\"]*\"' | cut -d'\"' -f4";

std::vector<std::string> texts(const std::vector<Word>& words) {
    std::vector<std::string> texts;
    std::ranges::transform(words, std::back_inserter(texts), &Word::text);
    return texts;
}

/// "parent/word" for every command: how a script steps from one word to the next.
std::vector<std::string> steps(const std::vector<Command>& commands) {
    std::vector<std::string> steps;
    for (const auto& command : commands)
        for (const auto& sub : command.subcommands)
            steps.push_back('\'' + command.path + '/' + sub.text + '\'');
    return steps;
}

/// Options with a fixed set of values, each once.
std::vector<Choice> fixedChoices(const std::vector<Command>& commands) {
    std::vector<Choice> found;
    for (const auto& command : commands)
        for (const auto& choice : command.choices)
            if (!choice.values.empty() && std::ranges::find(found, choice) == found.end())
                found.push_back(choice);
    return found;
}

bool takes(const Command& command, const char* argument) {
    return std::ranges::find(command.arguments, argument) != command.arguments.end();
}

/// Between apostrophes, each of its own as the shell wants it.
std::string helpText(const std::string& help, const char* apostrophe) {
    std::string text;
    for (const char letter : help)
        if (letter == '\'')
            text += apostrophe;
        else
            text += letter;
    return text;
}

std::string zshList(const std::vector<Word>& words) {
    std::string list;
    for (const auto& [text, help] : words)
        list += (list.empty() ? "'" : " '") + text + ':' + helpText(help, "'\\''") + '\'';
    return list;
}

std::string bashWords(const Command& command) {
    auto words = joined(texts(command.subcommands), " ");
    if (!command.values.empty())
        words += joined(command.values, " ");
    return words;
}

} // namespace

std::string bashScript(const std::vector<Command>& commands) {
    std::string script =
        "# bash completion of subflowctl, written by 'subflowctl completion bash'\n"
        "_subflowctl() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    local command= word words= options=\n"
        "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
        "        case \"$command/$word\" in\n"
        "            " +
        joined(steps(commands), "|") +
        ")\n"
        "                command=${command:+$command }$word ;;\n"
        "        esac\n"
        "    done\n"
        "    case $previous in\n";
    for (const auto& choice : fixedChoices(commands))
        script += "        " + joined(choice.options, "|") + ") words='" +
                  joined(choice.values, " ") +
                  "'; COMPREPLY=($(compgen -W \"$words\" -- \"$current\")); return ;;\n";
    script += "    esac\n"
              "    case $command in\n";
    for (const auto& command : commands) {
        script += "        '" + command.path + "')\n            words='" + bashWords(command) +
                  "'\n            options='" + joined(texts(command.options), " ") + "'\n";
        if (takes(command, "TOKEN"))
            script += std::string{"            words+=\" $("} + askTokens + ")\"\n";
        if (takes(command, "LINK") || takes(command, "LOCAL"))
            script += std::string{"            words+=\" $("} + askLinks + ")\"\n";
        if (takes(command, "POLICY"))
            script += std::string{"            words+=\" $("} + askPolicies + ")\"\n";
        if (takes(command, "FILE"))
            script += "            compopt -o default\n";
        script += "            ;;\n";
    }
    return script + "    esac\n"
                    "    [[ $current == -* ]] && words=$options\n"
                    "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                    "}\n"
                    "complete -F _subflowctl subflowctl\n";
}

std::string zshScript(const std::vector<Command>& commands) {
    std::string script = "#compdef subflowctl\n"
                         "# zsh completion of subflowctl, written by 'subflowctl completion zsh'\n"
                         "_subflowctl() {\n"
                         "    local command= word\n"
                         "    local -a commands options values\n"
                         "    for word in \"${(@)words[2,CURRENT-1]}\"; do\n"
                         "        case \"$command/$word\" in\n"
                         "            " +
                         joined(steps(commands), "|") +
                         ")\n"
                         "                command=${command:+$command }$word ;;\n"
                         "        esac\n"
                         "    done\n"
                         "    case ${words[CURRENT-1]} in\n";
    for (const auto& choice : fixedChoices(commands))
        script += "        " + joined(choice.options, "|") + ") compadd -- " +
                  joined(choice.values, " ") + "; return ;;\n";
    script += "    esac\n"
              "    case $command in\n";
    for (const auto& command : commands) {
        script += "        '" + command.path + "')\n            commands=(" +
                  zshList(command.subcommands) + ")\n            options=(" +
                  zshList(command.options) + ")\n            values=(" +
                  joined(command.values, " ") + ")\n";
        if (takes(command, "TOKEN"))
            script += std::string{"            values+=(${(f)\"$("} + askTokens + ")\"})\n";
        if (takes(command, "LINK") || takes(command, "LOCAL"))
            script += std::string{"            values+=(${(f)\"$("} + askLinks + ")\"})\n";
        if (takes(command, "POLICY"))
            script += std::string{"            values+=(${(f)\"$("} + askPolicies + ")\"})\n";
        if (takes(command, "FILE"))
            script += "            _files\n";
        script += "            ;;\n";
    }
    return script + "    esac\n"
                    "    if [[ $PREFIX == -* ]]; then\n"
                    "        _describe option options\n"
                    "        return\n"
                    "    fi\n"
                    "    (( $#commands )) && _describe command commands\n"
                    "    (( $#values )) && compadd -- $values\n"
                    "}\n"
                    "if [[ $funcstack[1] == _subflowctl ]]; then\n"
                    "    _subflowctl \"$@\"\n"
                    "else\n"
                    "    compdef _subflowctl subflowctl\n"
                    "fi\n";
}

/// One candidate of fish's: an option or a word, and what it is for.
std::string candidate(const std::string& head, const std::string& what, const std::string& help) {
    return head + what + " -d '" + helpText(help, "\\'") + "'\n";
}

/// One option of fish's that takes one of several values.
std::string choice(const std::string& head, const std::string& option, const std::string& values) {
    return head + "-l " + option + " -r -a '" + values + "'\n";
}

std::string fishScript(const std::vector<Command>& commands) {
    std::string script =
        "# fish completion of subflowctl, written by 'subflowctl completion fish'\n"
        "function __subflowctl_in\n"
        "    set -l command ''\n"
        "    for word in (commandline -opc)[2..-1]\n"
        "        switch \"$command/$word\"\n"
        "            case " +
        joined(steps(commands), " ") +
        "\n"
        "                set command (string trim \"$command $word\")\n"
        "        end\n"
        "    end\n"
        "    test \"$command\" = \"$argv[1]\"\n"
        "end\n"
        "complete -c subflowctl -f\n";
    for (const auto& command : commands) {
        const auto head = "complete -c subflowctl -n '__subflowctl_in \"" + command.path + "\"' ";
        for (const auto& [text, help] : command.subcommands)
            script += candidate(head, "-a " + text, help);
        for (const auto& [text, help] : command.options)
            script += candidate(head, "-l " + text.substr(2), help);
        for (const auto& [options, values] : command.choices)
            for (const auto& option : options)
                script += choice(head, option.substr(2), joined(values, " "));
        if (!command.values.empty())
            script += head + "-a '" + joined(command.values, " ") + "'\n";
        if (takes(command, "TOKEN"))
            script += head + "-a '(" + helpText(askTokens, "\\'") + ")'\n";
        if (takes(command, "LINK") || takes(command, "LOCAL"))
            script += head + "-a '(" + helpText(askLinks, "\\'") + ")'\n";
        if (takes(command, "POLICY"))
            script += head + "-a '(" + helpText(askPolicies, "\\'") + ")'\n";
        if (takes(command, "FILE"))
            script += head + "-F\n";
    }
    return script;
}

} // namespace subflowd::ctl::completion
