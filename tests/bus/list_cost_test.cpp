// SPDX-License-Identifier: BSD-3-Clause
#include "client.hpp"
#include "dbus/bus_names.hpp"
#include "dbus/sdbus_compat.hpp"
#include "dbus/server.hpp"
#include "fake_host.hpp"
#include "json_view.hpp"
#include "loop.hpp"
#include "manager_proxy.h"
#include "private_bus.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <future>
#include <iostream>

/// What `subflowctl list --json` costs beside fetching what it shows.
namespace subflowd::dbus {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint32_t many = 10'000;
constexpr std::uint32_t pageRows = 1000;
constexpr double mostOfTransfer = 1.5;
constexpr int fewestAttempts = 7;
constexpr int mostAttempts = 50; ///< others on the machine only ever add to a cost

/// Of this thread: whatever else runs on the machine does not count.
nanoseconds cpuTime() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::chrono::seconds{now.tv_sec} + nanoseconds{now.tv_nsec};
}

template <class Work>
nanoseconds costOf(Work work) {
    const auto begun = cpuTime();
    work();
    return cpuTime() - begun;
}

class Proxy final : public sdbus::ProxyInterfaces<org::subflowd1::Manager_proxy> {
  public:
    explicit Proxy(sdbus::IConnection& connection)
        : ProxyInterfaces(connection, compat::ServiceName{serviceName},
                          sdbus::ObjectPath{managerPath}) {}
};

/// All pages, as the bus has them.
std::size_t fetch(Proxy& proxy) {
    std::size_t rows = 0;
    std::uint64_t cursor = 0;
    do {
        const auto [page, next] = proxy.ListConnections({}, pageRows, cursor);
        rows += page.size();
        cursor = next;
    } while (cursor != 0);
    return rows;
}

void populate(FakeHost& host) {
    const Endpoint server{IpAddress::v4(192, 0, 2, 2), 443};
    const Instant start{std::chrono::seconds{1}};
    for (std::uint32_t i = 1; i <= many; ++i) {
        const auto port = static_cast<std::uint16_t>(1024 + i);
        const core::event::Connection connection{Token{i},
                                                 Side::client,
                                                 JoinInitial::allowed,
                                                 {{IpAddress::v4(10, 0, 1, 1), port}, server}};
        core::event::SubflowEstablished second;
        second.token = Token{i};
        second.tuple = {{IpAddress::v4(10, 0, 2, 1), port}, server};
        second.localId = AddressId{1};
        host.step(start, core::KernelEvent{core::event::Created{connection}});
        host.step(start, core::KernelEvent{core::event::Established{connection}});
        host.step(start, core::KernelEvent{second});
    }
}

struct Costs {
    nanoseconds transfer = nanoseconds::max();
    nanoseconds list = nanoseconds::max();
    std::size_t rows = 0;
    std::size_t bytes = 0;

    double ratio() const {
        return static_cast<double>(list.count()) / static_cast<double>(transfer.count());
    }
};

Costs measure(const std::string& bus) {
    Costs least;
    ctl::Client client{bus};
    const auto connection = compat::openBus(bus);
    Proxy proxy{*connection};
    const auto mayBeLess = [&least] { return least.ratio() > mostOfTransfer; };
    for (int i = 0; i < fewestAttempts || (i < mostAttempts && mayBeLess()); ++i) {
        least.transfer = std::min(least.transfer, costOf([&] { least.rows = fetch(proxy); }));
        least.list = std::min(
            least.list,
            costOf([&] { least.bytes = ctl::connectionsJson(client.connections({}), {}).size(); }));
    }
    return least;
}

TEST(ListCost, isLittleBesideTheTransfer) {
    testing::PrivateBus bus;
    testing::Loop loop;
    FakeHost host;
    populate(host);
    Server server{{bus.address(), serviceName}, loop.get(), host};
    auto measuring = std::async(std::launch::async, [&] { return measure(bus.address()); });
    while (measuring.wait_for(std::chrono::seconds{0}) != std::future_status::ready)
        sd_event_run(loop.get(), 10'000);
    const auto costs = measuring.get();
    EXPECT_EQ(costs.rows, many);
    EXPECT_GT(costs.bytes, many * 300);
    std::cout << "transfer " << costs.transfer.count() / 1000 << " us, list "
              << costs.list.count() / 1000 << " us: " << costs.ratio() << '\n';
    EXPECT_LE(costs.ratio(), mostOfTransfer);
}

} // namespace
} // namespace subflowd::dbus
