// SPDX-License-Identifier: BSD-3-Clause
#include "dbus/objects.hpp"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <ctime>
#include <set>
#include <utility>

namespace subflowd::dbus {

namespace {

constexpr long pauseNanoseconds = 100'000'000;

/// Objects for what is there, by name; the first of two that are called the same.
template <class Object, class Shown, class Make>
void follow(std::map<std::string, std::unique_ptr<Object>>& objects,
            const std::vector<Shown>& shown, Make make) {
    std::set<std::string> names;
    for (const auto& each : shown) {
        if (each.name.empty() || !names.insert(each.name).second)
            continue;
        auto& object = objects[each.name];
        if (object)
            object->update(each);
        else
            object = make(each);
    }
    std::erase_if(objects, [&names](const auto& known) { return !names.contains(known.first); });
}

} // namespace

Objects::Objects(sdbus::IConnection& connection, sd_event* loop, Host& host)
    : connection_(connection),
      host_(host),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
    sd_event_source* source = nullptr;
    requireEventLoop(sd_event_add_io(loop, &source, timer_.get(), EPOLLIN, &Objects::onTime, this),
                     "cannot make a timer for the objects on the bus");
    source_.reset(source);
    sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IDLE);
    refresh();
}

void Objects::mayHaveChanged() {
    if (std::exchange(awaited_, true))
        return;
    constexpr itimerspec once{{0, 0}, {0, pauseNanoseconds}};
    ::timerfd_settime(timer_.get(), 0, &once, nullptr);
}

int Objects::onTime(sd_event_source*, int timer, std::uint32_t, void* self) {
    auto& objects = *static_cast<Objects*>(self);
    std::uint64_t times = 0;
    if (::read(timer, &times, sizeof times) < 0)
        return 0;
    objects.awaited_ = false;
    try {
        objects.refresh();
    } catch (const sdbus::Error&) {
        // The bus is gone or does not take it: BusSource tells of the one, the next change tries
        // again after the other.
    }
    return 0;
}

void Objects::refresh() {
    follow(links_, host_.engine().links(), [this](const core::LinkReport& link) {
        return std::make_unique<LinkObject>(connection_, link);
    });
    follow(policies_, host_.policies(), [this](const PolicyDescription& policy) {
        return std::make_unique<PolicyObject>(connection_, host_, policy);
    });
}

} // namespace subflowd::dbus
