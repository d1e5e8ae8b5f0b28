// SPDX-License-Identifier: BSD-3-Clause
#include "failure.hpp"
#include "filter.hpp"
#include "options.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace subflowd::ctl {
namespace {

struct Run {
    Parsed parsed;
    std::string out;
    std::string err;
};

Run parse(const std::vector<std::string>& arguments, Terminal terminal = {}) {
    std::ostringstream out;
    std::ostringstream err;
    auto parsed = parseOptions(arguments, terminal, out, err);
    return {parsed, out.str(), err.str()};
}

Options options(const std::vector<std::string>& arguments, Terminal terminal = {}) {
    const auto run = parse(arguments, terminal);
    EXPECT_TRUE(run.parsed.options) << run.err;
    return run.parsed.options.value_or(Options{});
}

TEST(ParseOptions, nothingIsStatusOnTheSystemBus) {
    const auto found = options({});
    EXPECT_EQ(found.command, Command::status);
    EXPECT_EQ(found.bus, "system");
    EXPECT_EQ(found.format, Format::text);
}

TEST(ParseOptions, takesOptionsBeforeAndAfterTheCommand) {
    for (const auto& arguments :
         {std::vector<std::string>{"--bus", "unix:path=/x", "list", "--json", "link=eth0"},
          std::vector<std::string>{"--json", "list", "link=eth0", "--bus=unix:path=/x"}}) {
        const auto found = options(arguments);
        EXPECT_EQ(found.command, Command::list);
        EXPECT_EQ(found.bus, "unix:path=/x");
        EXPECT_EQ(found.format, Format::json);
        EXPECT_EQ(found.filter, std::vector<std::string>{"link=eth0"});
    }
}

TEST(ParseOptions, takesAToken) {
    const auto found = options({"explain", "0x1234abcd"});
    EXPECT_EQ(found.command, Command::explain);
    EXPECT_EQ(found.token, "0x1234abcd");
}

TEST(ParseOptions, mistakesAreUsageErrorsAndExplained) {
    for (const auto& arguments :
         {std::vector<std::string>{"no-such-view"}, std::vector<std::string>{"show"},
          std::vector<std::string>{"--no-such-option"}, std::vector<std::string>{"--color", "pink"},
          std::vector<std::string>{"status", "extra"}}) {
        const auto run = parse(arguments);
        EXPECT_FALSE(run.parsed.options);
        EXPECT_EQ(run.parsed.exitCode, ExitCode::usage) << arguments.front();
        EXPECT_FALSE(run.err.empty()) << arguments.front();
    }
}

TEST(ParseOptions, helpIsNoMistake) {
    const auto run = parse({"--help"});
    EXPECT_FALSE(run.parsed.options);
    EXPECT_EQ(run.parsed.exitCode, ExitCode::ok);
    for (const char* command :
         {"status", "list", "show", "explain", "links", "policies", "monitor", "reload", "version"})
        EXPECT_NE(run.out.find(command), std::string::npos) << command;
}

TEST(ParseOptions, coloursOnlyATerminalUnlessTold) {
    const auto colouring = [](std::vector<std::string> arguments, Terminal terminal) {
        return options(arguments, terminal).colouring;
    };
    EXPECT_EQ(colouring({}, {true, false}), Colouring::coloured);
    EXPECT_EQ(colouring({}, {false, false}), Colouring::plain);
    EXPECT_EQ(colouring({}, {true, true}), Colouring::plain);
    EXPECT_EQ(colouring({"--color=always"}, {false, true}), Colouring::coloured);
    EXPECT_EQ(colouring({"--color=never"}, {true, false}), Colouring::plain);
}

TEST(ParseFilter, readsPairs) {
    const Filter expected{{"link", "eth0"}, {"remote", "10.0.0.0/8"}};
    EXPECT_EQ(parseFilter({"link=eth0", "remote=10.0.0.0/8"}), expected);
}

TEST(ParseFilter, refusesAnythingElse) {
    for (const char* word : {"eth0", "=eth0", ""}) {
        try {
            parseFilter({word});
            ADD_FAILURE() << "accepted '" << word << "'";
        } catch (const CommandFailure& failure) {
            EXPECT_EQ(failure.code(), ExitCode::usage);
        }
    }
}

TEST(ParseToken, readsHexadecimalWithAndWithoutPrefix) {
    EXPECT_EQ(parseToken("0x1234abcd"), Token{0x1234abcd});
    EXPECT_EQ(parseToken("1234ABCD"), Token{0x1234abcd});
    EXPECT_EQ(parseToken("0xff"), Token{0xff});
}

TEST(ParseToken, refusesAnythingElse) {
    for (const char* text : {"", "0x", "eth0", "0x1234abcde", "-1", "0x12 "})
        EXPECT_THROW(parseToken(text), CommandFailure) << text;
}

TEST(ParseOptions, takesAPathByHand) {
    const auto found = options({"subflow", "add", "0x1", "eth0", "10.0.0.1:443", "--backup"});
    EXPECT_EQ(found.command, Command::subflowAdd);
    EXPECT_EQ(found.token, "0x1");
    EXPECT_EQ(found.local, "eth0");
    EXPECT_EQ(found.remote, "10.0.0.1:443");
    EXPECT_EQ(found.priority, "backup");
    EXPECT_EQ(options({"subflow", "del", "0x1", "10.0.0.1"}).command, Command::subflowDel);
    EXPECT_EQ(options({"retry", "0x1"}).local, "");
}

TEST(ParseOptions, takesPoliciesInTheirOrder) {
    const auto found = options({"policy", "set", "0x1", "lb-client", "reestablish", "--json"});
    EXPECT_EQ(found.command, Command::policySet);
    EXPECT_EQ(found.policies, (std::vector<std::string>{"lb-client", "reestablish"}));
    EXPECT_EQ(found.format, Format::json);
}

TEST(ParseOptions, takesOptionsOfAPolicy) {
    const auto found = options({"policy", "options", "announce", "MaxAgain=3", "Again="});
    EXPECT_EQ(found.command, Command::policyOptions);
    EXPECT_EQ(found.policy, "announce");
    EXPECT_EQ(found.settings, (std::vector<std::string>{"MaxAgain=3", "Again="}));
}

TEST(ParseOptions, takesHowLongToWait) {
    const auto found = options({"link", "wait", "eth0", "--timeout", "0.25"});
    EXPECT_EQ(found.command, Command::linkWait);
    EXPECT_EQ(found.link, "eth0");
    EXPECT_EQ(found.patience, std::chrono::milliseconds{250});
}

TEST(ParseOptions, refusesHalfOfARequest) {
    const std::vector<std::vector<std::string>> halves{{"subflow"},
                                                       {"subflow", "add", "0x1"},
                                                       {"announce", "0x1"},
                                                       {"policy", "set", "0x1"},
                                                       {"policy", "options", "announce"},
                                                       {"link", "set", "eth0"},
                                                       {"link", "set", "eth0", "spare"},
                                                       {"link", "drain"},
                                                       {"link", "wait", "eth0", "--timeout", "0"}};
    for (const auto& half : halves)
        EXPECT_EQ(parse(half).parsed.exitCode, ExitCode::usage) << half.front();
}

} // namespace
} // namespace subflowd::ctl
