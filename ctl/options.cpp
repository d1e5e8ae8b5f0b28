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
        options.patience = std::chrono::milliseconds{std::llround(patience_ * 1000)};
        options.priority = backup_ ? "backup" : "regular";
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
        withToken(add(command, name, help));
    }

    void addWithFilter(Command command, const char* name, const char* help, const char* moreKeys) {
        add(command, name, help)
            ->add_option("FILTER", options_.filter, std::string{filterHelp} + moreKeys);
    }

    void addConfig() {
        auto* config = addGroup("config", "The configuration files");
        const auto addFiles = [&](Command command, const char* name, const char* help) {
            addPart(config, command, name, help)
                ->add_option("FILE", options_.file, "In place of the system's files");
        };
        addFiles(Command::configCheck, "check", "What is wrong with them");
        addFiles(Command::configDump, "dump", "What they come to, and what says so");
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

    void addRecordings() {
        const auto addWithFile = [&](Command command, const char* name, const char* help) {
            auto* sub = add(command, name, help);
            sub->add_option("FILE", options_.recording, "The recording")->required();
            return sub;
        };
        addWithFile(Command::record, "record", "Write what the daemon is told to a new file");
        auto* replay = addWithFile(Command::replay, "replay",
                                   "What would have been decided about a recording");
        auto* policies = replay
                             ->add_option("--policies", options_.policies,
                                          "By these, for each connection: NAME,NAME")
                             ->delimiter(',');
        replay->add_option("--config", options_.file, "By this configuration, not the recorded one")
            ->type_name("FILE")
            ->excludes(policies);
        replay
            ->add_option("--plugin-dir", options_.pluginDirectories,
                         "Look for policies in DIR first; may be given again")
            ->type_name("DIR")
            ->expected(1)
            ->take_all();
    }

    /// A word that stands before commands of its own.
    CLI::App* addGroup(const char* name, const char* help) {
        auto* group = app_.add_subcommand(name, help);
        group->require_subcommand(1);
        group->fallthrough();
        return group;
    }

    CLI::App* addPart(CLI::App* group, Command command, const char* name, const char* help) {
        auto* part = group->add_subcommand(name, help);
        part->callback([this, command] { options_.command = command; });
        return part;
    }

    CLI::App* withToken(CLI::App* command) {
        command->add_option("TOKEN", options_.token, "The token of the connection: 0x1234abcd")
            ->required();
        return command;
    }

    CLI::Option* addPath(CLI::App* command) {
        auto* local = command->add_option("LOCAL", options_.local,
                                          "A local address, with or without a port, or a link");
        command->add_option("REMOTE", options_.remote, "A remote address, with or without a port");
        return local;
    }

    void addSubflow() {
        auto* group = addGroup("subflow", "Add and end subflows by hand, and set priorities");
        auto* add = withToken(addPart(group, Command::subflowAdd, "add", "Have one made"));
        addPath(add)->required();
        add->add_flag("--backup", backup_, "As backup");
        const auto addNamed = [&](Command command, const char* name, const char* help) {
            addPath(withToken(addPart(group, command, name, help)))->required();
        };
        addNamed(Command::subflowDel, "del", "End one, and keep others away from its path");
        addNamed(Command::subflowBackup, "backup", "Make one backup");
        addNamed(Command::subflowRegular, "regular", "Make one regular");
    }

    void addPolicy() {
        auto* group = addGroup("policy", "Which policies decide about a connection, and how");
        withToken(addPart(group, Command::policySet, "set", "Others than those of its rule"))
            ->add_option("POLICY", options_.policies, "In this order")
            ->required();
        withToken(addPart(group, Command::policyReset, "reset", "Those of its rule again"));
        auto* options = addPart(group, Command::policyOptions, "options",
                                "Give a policy other options, until the next reload");
        options->add_option("POLICY", options_.policy, "One that is in use")->required();
        options->add_option("OPTION", options_.settings, "KEY=VALUE; without a value: built-in")
            ->required();
    }

    void addLink() {
        auto* group = addGroup("link", "What a link is used for");
        const auto addNamed = [&](Command command, const char* name, const char* help) {
            auto* part = addPart(group, command, name, help);
            part->add_option("LINK", options_.link, "The name of the link")->required();
            return part;
        };
        addNamed(Command::linkSet, "set", "Give it another role than the configured one")
            ->add_option("ROLE", options_.role, "The role")
            ->required()
            ->check(CLI::IsMember({"primary", "backup", "standby", "ignore", "configured"}));
        addNamed(Command::linkDrain, "drain", "Have its subflows go elsewhere");
        addNamed(Command::linkUndrain, "undrain", "Use it again");
        addNamed(Command::linkWait, "wait", "Return when nothing is under way on it")
            ->add_option("--timeout", patience_, "Seconds after which to give up")
            ->check(CLI::Range(0.1, 3600.0))
            ->capture_default_str();
    }

    void addSteering() {
        addSubflow();
        const auto addAddress = [&](Command command, const char* name, const char* help) {
            withToken(add(command, name, help))
                ->add_option("ADDRESS", options_.address, "With or without a port")
                ->required();
        };
        addAddress(Command::announce, "announce", "Announce an address of this host to the peer");
        addAddress(Command::withdraw, "withdraw", "Withdraw an address that was announced");
        addPolicy();
        addPath(withToken(add(Command::retry, "retry", "Try paths now that wait")));
        addPath(withToken(add(Command::release, "release", "Forget what was ordered by hand")));
        addLink();
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
        addRecordings();
        addSteering();
    }

    CLI::App app_{"Shows and steers subflowd, the Multipath TCP path manager.", "subflowctl"};
    Options options_;
    bool json_ = false;
    std::string when_ = "auto";
    bool dot_ = false;
    bool svg_ = false;
    bool once_ = false;
    bool anonymise_ = false;
    bool backup_ = false;
    double seconds_ = 1;
    double patience_ = 1;
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
