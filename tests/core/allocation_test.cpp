// SPDX-License-Identifier: BSD-3-Clause
#include "core/engine.hpp"
#include "fullmesh.hpp"
#include "support/allocations.hpp"

#include <subflowd/address_text.hpp>

#include <gtest/gtest.h>

#include <cstddef>

namespace subflowd::core {
namespace {

using namespace std::chrono_literals;

Endpoint endpoint(std::string_view text) {
    return parseEndpoint(text).value();
}

/// A life of a connection as inputs that are made beforehand.
class Life {
  public:
    Life(std::uint32_t token, std::uint16_t port) : token_{token} {
        facts_ = {token_,
                  Side::client,
                  JoinInitial::allowed,
                  {{endpoint("10.0.0.1:0").address, port}, endpoint("10.9.0.1:443")}};
        join_.token = token_;
        join_.tuple = {{endpoint("10.0.1.1:0").address, port}, endpoint("10.9.0.1:443")};
        join_.localId = AddressId{2};
    }

    /// The commands that the engine sends are answered one after the other, as they are numbered.
    void run(Engine& engine, Instant& now, std::uint32_t& nextCommand) {
        say(engine, now, KernelEvent{event::Created{facts_}});
        say(engine, now, KernelEvent{event::Established{facts_}});
        requested += engine.step(now, Tick{}).commands.size();
        say(engine, now, CommandFinished{CommandId{nextCommand++}, {}, 0, {}, {}, {}, {}});
        say(engine, now, KernelEvent{event::SubflowEstablished{join_}});
        say(engine, now,
            KernelEvent{event::Announced{token_, AddressId{5}, endpoint("10.9.0.1:443")}});
        now += 200ms;
        say(engine, now, Tick{});
        event::SubflowClosed closed;
        static_cast<event::Subflow&>(closed) = join_;
        closed.error = 110;
        say(engine, now, KernelEvent{closed});
        say(engine, now, KernelEvent{event::Closed{token_}});
        say(engine, now, Tick{});
    }

    static inline std::size_t requested = 0; ///< commands in ticks, where there should be none
    static inline std::size_t commands = 0;
    static inline std::size_t counted = 0;

  private:
    /// What making and destroying the input takes is not counted.
    static void say(Engine& engine, Instant now, const Input& input) {
        const auto before = test::allocations();
        const auto& outcome = engine.step(now, input);
        counted += test::allocations() - before;
        commands += outcome.commands.size();
    }

    Token token_;
    event::Connection facts_;
    event::Subflow join_;
};

TEST(Allocation, IsNotNeededForTheLivesOfConnectionsOnceThereWereSome) {
    fullmesh::Fullmesh policy{Settings{}};
    auto configuration = std::make_shared<Configuration>();
    configuration->policies = {{"fullmesh", &policy}};
    configuration->rules = {{"default", {}, {0}}};
    Engine engine{configuration};
    Instant now{1000s};
    for (std::uint32_t i = 1; i <= 2; ++i) {
        const LinkIndex link{i};
        const auto address = IpAddress::v4(10, 0, static_cast<std::uint8_t>(i - 1), 1);
        engine.step(now, NetworkChange{network::Link{link, "eth" + std::to_string(i),
                                                     LinkKind::ethernet, true, true, noLink}});
        engine.step(now, NetworkChange{network::Address{link, address, 24, false, false, false}});
        engine.step(now, NetworkChange{network::Route{link, {}, {}, 254, 0}});
    }
    while (engine.step(now, Tick{}).wake <= now) {
    }

    std::uint32_t token = 1;
    std::uint32_t command = 1;
    const auto live = [&](std::uint32_t lives) {
        for (std::uint32_t i = 0; i < lives; ++i, ++token)
            Life{token, static_cast<std::uint16_t>(1000 + token % 50000)}.run(engine, now, command);
    };
    live(10'000);
    Life::counted = Life::commands = 0;
    live(2'000);
    EXPECT_EQ(Life::commands, 2'000U) << "each life has one CREATE";
    EXPECT_EQ(Life::requested, 0U);
    EXPECT_EQ(engine.counters().subflowsEstablished, 12'000U);
    EXPECT_EQ(engine.counters().connections, 0U);
    EXPECT_EQ(Life::counted, 0U) << "in the lives of 2000 connections";
}

} // namespace
} // namespace subflowd::core
