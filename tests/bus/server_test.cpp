// SPDX-License-Identifier: BSD-3-Clause
#include "client.hpp"
#include "dbus/bus_names.hpp"
#include "dbus/reader_socket.hpp"
#include "dbus/server.hpp"
#include "failure.hpp"
#include "fake_host.hpp"
#include "loop.hpp"
#include "private_bus.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <future>
#include <mutex>

namespace subflowd::dbus {
namespace {

using core::event::Connection;
using ctl::CommandFailure;
using ctl::ExitCode;
using std::chrono::seconds;
using subflowd::testing::Loop;
using subflowd::testing::PrivateBus;

const IpAddress local = IpAddress::v4(10, 0, 1, 1);
const Endpoint remote{IpAddress::v4(192, 0, 2, 2), 443};
constexpr LinkIndex ethernet{3};

Connection connection(std::uint32_t token) {
    return {Token{token}, Side::client, JoinInitial::denied, {{local, 40000}, remote}};
}

class ServerTest : public ::testing::Test {
  protected:
    void SetUp() override {
        using namespace core::network;
        const auto start = Instant{seconds{1}};
        host.step(start, core::NetworkChange{DumpBegun{}});
        host.step(start, core::NetworkChange{
                             Link{ethernet, "eth0", LinkKind::ethernet, true, true, noLink}});
        host.step(start, core::NetworkChange{Address{ethernet, local, 24, false, false, false}});
        host.step(start, core::NetworkChange{Route{ethernet, Prefix{}, IpAddress{}, 254, 0}});
        host.step(start, core::NetworkChange{DumpEnded{}});
    }

    void connect(std::uint32_t token) {
        host.step(Instant{seconds{40}}, core::KernelEvent{core::event::Created{connection(token)}});
        host.step(Instant{seconds{40}},
                  core::KernelEvent{core::event::Established{connection(token)}});
    }

    /// Runs what a client does in another thread, and the server meanwhile.
    template <class Call>
    auto ask(Call call) {
        auto answer = std::async(std::launch::async, [&] {
            ctl::Client client{bus.address()};
            return call(client);
        });
        loop.runUntil([&] { return answer.wait_for(seconds{0}) == std::future_status::ready; },
                      "the client's answer");
        return answer.get();
    }

    template <class Call>
    ExitCode failureOf(Call call) {
        try {
            ask(call);
        } catch (const CommandFailure& failure) {
            said = failure.what();
            return failure.code();
        }
        return ExitCode::ok;
    }

    PrivateBus bus;
    Loop loop;
    FakeHost host;
    Server server{{bus.address(), serviceName}, loop.get(), host};
    std::string said;
};

TEST_F(ServerTest, tellsItsStatus) {
    connect(7);
    const auto status = ask([](ctl::Client& client) { return client.status(); });
    EXPECT_EQ(status.version, "1.2.3");
    EXPECT_EQ(status.mode, "observe");
    EXPECT_EQ(status.state, "running");
    EXPECT_EQ(status.uptime, seconds{60});
    EXPECT_EQ(status.pathManager, "userspace");
    EXPECT_EQ(status.kernelFeatures, std::vector<std::string>{"path-manager-name"});
    EXPECT_EQ(status.counts.at("connections"), 1u);
    EXPECT_EQ(status.counts.at("connections_seen"), 1u);
}

TEST_F(ServerTest, tellsHowLongThingsTook) {
    using std::chrono::microseconds;
    host.status_.eventToCommand.add(microseconds{100});
    host.status_.eventToCommand.add(seconds{60});
    host.step(Instant{seconds{1}}, core::SnapshotPart{core::snapshot::Begun{}});
    host.step(Instant{seconds{2}}, core::SnapshotPart{core::snapshot::Ended{}});
    const auto latencies = ask([](ctl::Client& client) { return client.status(); }).latencies;
    ASSERT_EQ(latencies.size(), 4u);
    const auto& event = latencies.at("event_to_command");
    EXPECT_EQ(event.sum, microseconds{60'000'100});
    ASSERT_EQ(event.buckets.size(), 24u);
    EXPECT_EQ(event.buckets.at(0), (ctl::LatencyBucket{microseconds{1}, 0}));
    EXPECT_EQ(event.buckets.at(7), (ctl::LatencyBucket{microseconds{128}, 1}));
    EXPECT_EQ(event.buckets.at(23), (ctl::LatencyBucket{std::nullopt, 1}));
    EXPECT_EQ(latencies.at("snapshot").sum, seconds{1});
    EXPECT_EQ(latencies.at("command_to_ack").count(), 0u);
    EXPECT_EQ(latencies.at("ack_to_established").count(), 0u);
}

TEST_F(ServerTest, isDegradedWhenThereIsAProblem) {
    host.status_.problems = {"Something is wrong."};
    const auto status = ask([](ctl::Client& client) { return client.status(); });
    EXPECT_EQ(status.state, "degraded");
    EXPECT_EQ(status.problems, host.status_.problems);
}

TEST_F(ServerTest, listsAConnectionAsTheEngineReportsIt) {
    connect(0x1234abcd);
    const auto found = ask([](ctl::Client& client) { return client.connections({}); });
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].token, Token{0x1234abcd});
    EXPECT_EQ(found[0].side, Side::client);
    EXPECT_EQ(found[0].state, ConnectionState::established);
    EXPECT_EQ(found[0].joinInitial, JoinInitial::denied);
    EXPECT_EQ(found[0].local, (Endpoint{local, 40000}));
    EXPECT_EQ(found[0].remote, remote);
    EXPECT_EQ(found[0].age, seconds{60});
    ASSERT_EQ(found[0].subflows.size(), 1u);
    EXPECT_TRUE(found[0].subflows[0].initial);
    EXPECT_EQ(found[0].subflows[0].link, "eth0");
    EXPECT_EQ(found[0],
              ask([](ctl::Client& client) { return client.connection(Token{0x1234abcd}); }));
}

TEST_F(ServerTest, listsMoreConnectionsThanAPageHolds) {
    for (std::uint32_t token = 2500; token > 0; --token)
        connect(token);
    const auto found = ask([](ctl::Client& client) { return client.connections({}); });
    ASSERT_EQ(found.size(), 2500u);
    for (std::uint32_t i = 0; i < 2500; ++i)
        ASSERT_EQ(found[i].token, Token{i + 1}) << "by rising token";
}

TEST_F(ServerTest, filters) {
    connect(7);
    const auto count = [this](const ctl::Filter& filter) {
        return ask([&](ctl::Client& client) { return client.connections(filter).size(); });
    };
    EXPECT_EQ(count({{"remote", "192.0.2.0/24"}, {"link", "eth0"}, {"state", "established"}}), 1u);
    EXPECT_EQ(count({{"remote", "192.0.3.0/24"}}), 0u);
    EXPECT_EQ(count({{"link", "no-such-link"}}), 0u);
    EXPECT_EQ(count({{"state", "created"}}), 0u);
    EXPECT_EQ(count({{"rule", "other"}}), 0u);
}

TEST_F(ServerTest, refusesFiltersItDoesNotUnderstand) {
    for (const auto& filter :
         {ctl::Filter{{"colour", "red"}}, ctl::Filter{{"remote", "not-a-network"}},
          ctl::Filter{{"state", "asleep"}}})
        EXPECT_EQ(failureOf([&](ctl::Client& client) { return client.connections(filter); }),
                  ExitCode::usage)
            << filter.begin()->first;
}

TEST_F(ServerTest, explainsThePathsOfAConnection) {
    connect(7);
    const auto paths = ask([](ctl::Client& client) { return client.explain(Token{7}); });
    ASSERT_EQ(paths.size(), 1u);
    EXPECT_EQ(paths[0].local, local);
    EXPECT_EQ(paths[0].remote, remote);
    EXPECT_EQ(paths[0].link, "eth0");
    EXPECT_FALSE(paths[0].reason.empty());
    EXPECT_EQ(paths[0].nextTry, std::nullopt);
    EXPECT_EQ(paths[0].lastFailure, std::nullopt);
}

TEST_F(ServerTest, knowsWhenThereIsNoSuchConnection) {
    EXPECT_EQ(failureOf([](ctl::Client& client) { return client.connection(Token{9}); }),
              ExitCode::nothingMatched);
    EXPECT_NE(said.find("0x00000009"), std::string::npos) << said;
    EXPECT_EQ(failureOf([](ctl::Client& client) { return client.explain(Token{9}); }),
              ExitCode::nothingMatched);
}

TEST_F(ServerTest, listsTheLinks) {
    const auto links = ask([](ctl::Client& client) { return client.links(); });
    ASSERT_EQ(links.size(), 1u);
    EXPECT_EQ(links[0].index, ethernet);
    EXPECT_EQ(links[0].name, "eth0");
    EXPECT_EQ(links[0].kind, "ethernet");
    EXPECT_EQ(links[0].role, "primary");
    EXPECT_EQ(links[0].source, "default");
    EXPECT_FALSE(links[0].metered);
    EXPECT_TRUE(links[0].up);
    const std::vector<ctl::LinkAddress> addresses{{local, "usable", false}};
    EXPECT_EQ(links[0].addresses, addresses);
}

TEST_F(ServerTest, reloads) {
    ask([](ctl::Client& client) {
        client.reload();
        return 0;
    });
    EXPECT_EQ(host.reloads, 1);
}

TEST_F(ServerTest, tellsWhyItCannotReload) {
    host.diagnostics = "subflowd.conf:3: no such key\nsubflowd.conf:9: wants a number";
    const auto code = failureOf([](ctl::Client& client) {
        client.reload();
        return 0;
    });
    EXPECT_EQ(code, ExitCode::failed);
    EXPECT_NE(said.find(*host.diagnostics), std::string::npos) << said;
}

TEST_F(ServerTest, hasWhatIsAskedDone) {
    connect(7);
    ask([](ctl::Client& client) {
        client.createSubflow(Token{7}, {{"local", "10.0.1.1"}, {"remote", "192.0.2.9:80"}},
                             "backup");
        client.destroySubflow(Token{7}, {{"link", "eth0"}});
        client.announce(Token{7}, "[fd00::1]:443");
        client.setPolicies(Token{7}, {"fullmesh", "reestablish"});
        client.release(Token{7}, {});
        client.setLinkRole("eth0", "configured");
        client.drainLink("eth0");
        return 0;
    });
    using namespace core::request;
    const PathName path{local, 0, noLink, IpAddress::v4(192, 0, 2, 9), 80};
    const std::vector<core::Request> expected{
        CreateSubflow{Token{7}, path, Priority::backup},
        DestroySubflow{Token{7}, {std::nullopt, 0, ethernet, std::nullopt, 0}},
        Announce{Token{7}, parseEndpoint("[fd00::1]:443").value()},
        SetPolicies{Token{7}, {"fullmesh", "reestablish"}},
        Release{Token{7}, {}},
        SetRole{ethernet, std::nullopt},
        Drain{ethernet, Draining::begins}};
    EXPECT_EQ(host.requests, expected);
}

TEST_F(ServerTest, repeatsTheKernelsWords) {
    connect(7);
    host.answer = {{}, core::RequestResult::kernelRefused, EADDRNOTAVAIL, "connect error: -99"};
    const auto code = failureOf([](ctl::Client& client) {
        client.retry(Token{7}, {});
        return 0;
    });
    EXPECT_EQ(code, ExitCode::failed);
    EXPECT_EQ(said, "The kernel refused it: EADDRNOTAVAIL: connect error: -99.");
}

TEST_F(ServerTest, endsWithTheStatusThatFitsTheAnswer) {
    using Result = core::RequestResult;
    connect(7);
    const std::pair<Result, ExitCode> fits[] = {{Result::noSuchSubflow, ExitCode::nothingMatched},
                                                {Result::nothingOrdered, ExitCode::nothingMatched},
                                                {Result::noSuchPolicy, ExitCode::nothingMatched},
                                                {Result::refused, ExitCode::failed},
                                                {Result::limitReached, ExitCode::failed},
                                                {Result::ambiguous, ExitCode::failed},
                                                {Result::unanswered, ExitCode::failed}};
    for (const auto& [result, expected] : fits) {
        host.answer = {{}, result, 0, "words"};
        const auto code = failureOf([](ctl::Client& client) {
            client.withdraw(Token{7}, "10.0.1.1");
            return 0;
        });
        EXPECT_EQ(code, expected) << static_cast<int>(result);
        EXPECT_NE(said.find("words"), std::string::npos) << said;
    }
}

TEST_F(ServerTest, refusesPathsItDoesNotUnderstand) {
    connect(7);
    for (const auto& path : {ctl::Client::PathWords{{"colour", "red"}},
                             ctl::Client::PathWords{{"local", "everywhere"}},
                             ctl::Client::PathWords{{"remote", std::string(5000, 'x')}}}) {
        EXPECT_EQ(failureOf([&](ctl::Client& client) {
                      client.retry(Token{7}, path);
                      return 0;
                  }),
                  ExitCode::usage);
        EXPECT_LT(said.size(), 500U);
    }
    EXPECT_TRUE(host.requests.empty());
}

/// A client that follows the monitor in a thread of its own until the service ends.
class Follower {
  public:
    Follower(const std::string& bus, ctl::Filter filter)
        : thread_(std::async(std::launch::async, [this, bus, filter] { follow(bus, filter); })) {}

    std::vector<std::string> lines() const {
        const std::lock_guard lock{mutex_};
        return lines_;
    }

    bool ended() const { return ended_; }

    ExitCode exitCode() const { return exitCode_; }

  private:
    void follow(const std::string& bus, const ctl::Filter& filter) {
        try {
            ctl::Client{bus}.monitor(filter, [this](std::string_view line) {
                const std::lock_guard lock{mutex_};
                lines_.emplace_back(line);
            });
        } catch (const CommandFailure& failure) {
            exitCode_ = failure.code();
        }
        ended_ = true;
    }

    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
    std::atomic<bool> ended_ = false;
    std::atomic<ExitCode> exitCode_ = ExitCode::ok;
    std::future<void> thread_; // last: its end waits for the thread, which uses the others
};

TEST_F(ServerTest, monitorsTellWhatIsPublished) {
    core::Change change;
    change.kind = core::Change::Kind::subflowEstablished;
    change.token = Token{7};
    change.link = ethernet;
    core::Change other = change;
    other.token = Token{8};

    std::optional<Server> mortal;
    PrivateBus otherBus;
    mortal.emplace(Place{otherBus.address(), serviceName}, loop.get(), host);
    Follower follower{otherBus.address(), {{"token", "0x00000007"}}};
    loop.runUntil(
        [&] {
            const std::vector<core::Change> changes{other, change};
            mortal->publish(changes, host.now());
            return !follower.lines().empty();
        },
        "a published change arrives");
    for (const auto& line : follower.lines()) {
        const auto told = nlohmann::json::parse(line);
        EXPECT_EQ(told["event"], "subflow-established");
        EXPECT_EQ(told["token"], "0x00000007") << "the filter holds";
        EXPECT_EQ(told["link"], "eth0");
    }
    mortal.reset();
    loop.runUntil([&] { return follower.ended(); }, "the monitor ends with the service");
    EXPECT_EQ(follower.exitCode(), ExitCode::notRunning);
}

TEST_F(ServerTest, handsARecordingOut) {
    auto [ours, readers] = ReaderSocket::makePair();
    host.recording = std::move(readers);
    for (const std::string_view line : {"{\"first\":1}\n", "{\"second\":2}\n"})
        ASSERT_GT(::send(ours.get(), line.data(), line.size(), 0), 0);
    { const auto ended = std::move(ours); }
    std::vector<std::string> lines;
    const auto code = failureOf([&](ctl::Client& client) {
        client.record([&](std::string_view line) { lines.emplace_back(line); });
    });
    EXPECT_EQ(code, ExitCode::notRunning) << "the daemon ended it";
    EXPECT_EQ(lines, (std::vector<std::string>{"{\"first\":1}", "{\"second\":2}"}));
}

TEST_F(ServerTest, saysWhyNothingIsRecorded) {
    const auto code = failureOf([](ctl::Client& client) { client.record([](auto) {}); });
    EXPECT_EQ(code, ExitCode::failed);
    EXPECT_EQ(said, "Somebody records already.");
}

TEST_F(ServerTest, refusesAMonitorOfALinkThatDoesNotExist) {
    Follower follower{bus.address(), {{"link", "no-such-link"}}};
    loop.runUntil([&] { return follower.ended(); }, "the refusal");
    EXPECT_EQ(follower.exitCode(), ExitCode::usage);
}

TEST_F(ServerTest, aSecondServiceOnTheBusIsRefusedWithASentence) {
    try {
        Server second{{bus.address(), serviceName}, loop.get(), host};
        FAIL() << "two services have one name";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("Another daemon has the name org.subflowd1"),
                  std::string::npos)
            << error.what();
    }
}

TEST_F(ServerTest, survivesTheBus) {
    bus.stop();
    loop.runUntil([this] { return host.lost.has_value(); }, "the loss of the bus is told");
    host.lost.reset();
    core::Change change;
    server.publish({&change, 1}, host.now());
    for (int turn = 0; turn < 10; ++turn)
        sd_event_run(loop.get(), 1000);
    EXPECT_FALSE(host.lost) << "told twice";
}

TEST(Server, saysWhenThereIsNoBus) {
    Loop loop;
    FakeHost host;
    try {
        Server server{{"unix:path=/nonexistent/bus", serviceName}, loop.get(), host};
        FAIL() << "connected to nothing";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("unix:path=/nonexistent/bus"), std::string::npos)
            << error.what();
    }
}

TEST(Client, saysWhenTheDaemonIsNotRunning) {
    PrivateBus bus;
    try {
        ctl::Client{bus.address()}.status();
        FAIL() << "nobody answered";
    } catch (const CommandFailure& failure) {
        EXPECT_EQ(failure.code(), ExitCode::notRunning);
    }
}

TEST(Client, saysWhenThereIsNoBus) {
    try {
        ctl::Client client{"unix:path=/nonexistent/bus"};
        FAIL() << "connected to nothing";
    } catch (const CommandFailure& failure) {
        EXPECT_EQ(failure.code(), ExitCode::notRunning);
    }
}

} // namespace
} // namespace subflowd::dbus
