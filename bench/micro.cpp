// SPDX-License-Identifier: BSD-3-Clause
// What the parts of the hot path cost, and whether that depends on how many connections there are.
#include "host.hpp"
#include "netlink/command_codec.hpp"
#include "netlink/event_codec.hpp"

#include <benchmark/benchmark.h>

#include <array>

namespace subflowd::bench {
namespace {

void decodeEvent(benchmark::State& state) {
    const Messages messages{1};
    for (auto _ : state) {
        auto decoded = netlink::decode(messages.joined());
        benchmark::DoNotOptimize(decoded);
    }
}

BENCHMARK(decodeEvent);

void encodeCreate(benchmark::State& state) {
    core::command::CreateSubflow create;
    create.token = Token{1};
    create.local = IpAddress::v4(10, 0, 2, 1);
    create.localId = AddressId{1};
    create.remote = {IpAddress::v4(10, 9, 0, 1), 443};
    const core::IssuedCommand issued{core::CommandId{1}, create};
    alignas(4) std::array<std::byte, netlink::maxCommandBytes> buffer;
    for (auto _ : state) {
        auto size = netlink::encode(netlink::FamilyId{28}, issued, buffer);
        benchmark::DoNotOptimize(size);
    }
}

BENCHMARK(encodeCreate);

/// Six events, one command and its answer: a connection comes and goes while others stay.
void lifeBesideOthers(benchmark::State& state) {
    const auto others = static_cast<std::uint32_t>(state.range(0));
    Host host;
    host.openUpTo(others);
    const Messages messages{others + 1};
    for (auto _ : state) {
        host.open(messages);
        host.close(messages);
    }
    state.SetItemsProcessed(6 * state.iterations());
}

BENCHMARK(lifeBesideOthers)->Arg(0)->Arg(1000)->Arg(50'000)->Arg(1'000'000);

/// As above, but it is each time another one of the connections that goes and comes again: nothing
/// of it is in the processor's caches.
void turnOver(benchmark::State& state) {
    const auto connections = static_cast<std::uint32_t>(state.range(0));
    Host host;
    host.openUpTo(connections);
    std::uint32_t number = 0;
    for (auto _ : state) {
        state.PauseTiming();
        number = (number + 7919) % connections;
        const Messages messages{number + 1};
        state.ResumeTiming();
        host.close(messages);
        host.open(messages);
    }
    state.SetItemsProcessed(6 * state.iterations());
}

BENCHMARK(turnOver)->Arg(1000)->Arg(50'000)->Arg(1'000'000)->Iterations(20'000);

/// Everything is as it was: what a resynchronisation costs for each connection.
void mergeSnapshot(benchmark::State& state) {
    const auto connections = static_cast<std::uint32_t>(state.range(0));
    Host host;
    host.openUpTo(connections);
    const auto parts = rows(connections);
    for (auto _ : state)
        for (const auto& part : parts)
            host.step(part);
    if (host.engine().counters().repairs != 0)
        state.SkipWithError("the snapshot differs from what is known");
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(mergeSnapshot)->Arg(1)->Arg(1000)->Arg(50'000)->Unit(benchmark::kMicrosecond);

/// Why each path of a connection is as it is: one call of the policies.
void plan(benchmark::State& state) {
    Host host;
    host.openUpTo(1);
    for (auto _ : state) {
        auto explained = host.engine().explain(Instant{std::chrono::hours(2)}, Token{1});
        benchmark::DoNotOptimize(explained);
    }
}

BENCHMARK(plan);

} // namespace
} // namespace subflowd::bench

BENCHMARK_MAIN();
