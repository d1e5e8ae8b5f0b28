// SPDX-License-Identifier: BSD-3-Clause
#include "options.hpp"

#include "completion.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>

namespace subflowd::ctl {

namespace {

constexpr const char* filterHelp =
    "What to show, as KEY=VALUE words that must all hold: remote=NETWORK link=NAME";

Colouring colouringFor(const std::string& when, Terminal terminal) {
    const bool coloured =
        when == "always" || (when == "auto" && terminal.isTerminal && !terminal.noColour);
    return coloured ? Colouring::coloured : Colouring::plain;
}

/// The command line: CLI11's options point into this object.
class CommandLine {
  public:
    CommandLine() {
        app_.require_subcommand(0, 1);
        app_.fallthrough();
        app_.add_option("--bus", options_.bus,
                        "The daemon's D-Bus: system, session or an address (unix:path=...)")
            ->capture_default_str();
        app_.add_flag("--json", json_, "Print JSON for scripts");
        app_.add_option("--color", when_, "Colours: auto, always or never")
            ->check(CLI::IsMember({"auto", "always", "never"}))
            ->capture_default_str();
        app_.footer("Exit codes: 0 ok, 1 failed, 2 usage, 3 daemon not running, 4 not "
                    "authorised,\n5 nothing matched.");
        addCommands();
    }

    CLI::App& app() { return app_; }

    Options options(Terminal terminal) const {
        auto options = options_;
        options.format = json_ ? Format::json : Format::text;
        options.colouring = colouringFor(when_, terminal);
        options.drawing = svg_ ? Drawing::svg : dot_ ? Drawing::dot : Drawing::text;
        options.repetition = once_ ? Repetition::once : Repetition::untilLeft;
        options.interval = std::chrono::milliseconds{std::llround(seconds_ * 1000)};
        options.naming = anonymise_ ? Naming::anonymous : Naming::plain;
        return options;
    }

  private:
    CLI::App* add(Command command, const char* name, const char* help) {
        auto* sub = app_.add_subcommand(name, help);
        sub->callback([this, command] { options_.command = command; });
        return sub;
    }

    void addWithToken(Command command, const char* name, const char* help) {
        add(command, name, help)
            ->add_option("TOKEN", options_.token, "The token of the connection: 0x1234abcd")
            ->required();
    }

    void addWithFilter(Command command, const char* name, const char* help, const char* moreKeys) {
        add(command, name, help)
            ->add_option("FILTER", options_.filter, std::string{filterHelp} + moreKeys);
    }

    void addConfig() {
        auto* config = app_.add_subcommand("config", "The configuration files");
        config->require_subcommand(1);
        config->fallthrough();
        const auto addPart = [&](Command command, const char* name, const char* help) {
            auto* part = config->add_subcommand(name, help);
            part->callback([this, command] { options_.command = command; });
            part->add_option("FILE", options_.file, "In place of the system's files");
        };
        addPart(Command::configCheck, "check", "What is wrong with them");
        addPart(Command::configDump, "dump", "What they come to, and what says so");
    }

    void addTop() {
        auto* top = add(Command::top, "top", "What flows over each link and connection, live");
        top->add_flag("--once", once_, "Measure one interval, and end");
        top->add_option("--interval", seconds_, "Seconds between two measurements")
            ->check(CLI::Range(0.1, 3600.0))
            ->capture_default_str();
    }

    void addGraph() {
        auto* graph = add(Command::graph, "graph", "Which links reach which remotes");
        graph->add_option("TOKEN", options_.token, "Of one connection only");
        auto* dot = graph->add_flag("--dot", dot_, "For graphviz");
        graph->add_flag("--svg", svg_, "A picture")->excludes(dot);
    }

    void addExports() {
        add(Command::metrics, "metrics", "Counters and gauges in OpenMetrics' text format");
        add(Command::report, "report", "Everything that a bug report needs, in one file")
            ->add_flag("--anonymise,--anonymize", anonymise_,
                       "Replace addresses and names, each by the same one everywhere");
        add(Command::completion, "completion", "Completion for a shell, to be sourced")
            ->add_option("SHELL", options_.shell, "bash, zsh or fish")
            ->required()
            ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    }

    void addCommands() {
        add(Command::status, "status", "The daemon at a glance (the default)");
        addWithFilter(Command::list, "list", "The connections and their subflows",
                      " state=created|established rule=NAME");
        addWithToken(Command::show, "show", "Everything about one connection");
        addWithToken(Command::explain, "explain",
                     "Why each possible path of a connection is, or is not, in use");
        add(Command::links, "links", "The links and their addresses");
        add(Command::policies, "policies", "The policies");
        addWithFilter(Command::monitor, "monitor", "What happens, as it happens (times in UTC)",
                      " token=TOKEN");
        add(Command::reload, "reload", "Have the configuration read again");
        add(Command::version, "version", "The versions of subflowctl and the daemon");
        add(Command::doctor, "doctor", "What is wrong with this host, and what to do about it");
        addConfig();
        addTop();
        addGraph();
        addExports();
    }

    CLI::App app_{"Shows and steers subflowd, the Multipath TCP path manager.", "subflowctl"};
    Options options_;
    bool json_ = false;
    std::string when_ = "auto";
    bool dot_ = false;
    bool svg_ = false;
    bool once_ = false;
    bool anonymise_ = false;
    double seconds_ = 1;
};

} // namespace

std::string completionScript(const std::string& shell) {
    CommandLine line;
    return completion::script(completion::describe(line.app()), shell);
}

Parsed parseOptions(const std::vector<std::string>& arguments, Terminal terminal, std::ostream& out,
                    std::ostream& err) {
    CommandLine line;
    std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};
    try {
        line.app().parse(std::move(reversed));
    } catch (const CLI::ParseError& mistake) {
        const int code = line.app().exit(mistake, out, err);
        return {std::nullopt, code == 0 ? ExitCode::ok : ExitCode::usage};
    }
    return {line.options(terminal), ExitCode::ok};
}

} // namespace subflowd::ctl
