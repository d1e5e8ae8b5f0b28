// SPDX-License-Identifier: BSD-3-Clause
#include "host/notify.hpp"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <utility>

namespace subflowd::host {

namespace {

/// A manager that cannot be told is none of the daemon's business.
void tell(const std::string& state) {
    static_cast<void>(::sd_notify(0, state.c_str()));
}

} // namespace

void Notifier::ready() {
    tell("READY=1");
}

void Notifier::reloading(Instant now) {
    const auto microseconds =
        std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void Notifier::stopping() {
    tell("STOPPING=1");
}

void Notifier::status(Instant now, std::string text) {
    std::ranges::replace(text, '\n', ' '); // a new line would begin another assignment
    kept_ = text == shown_ ? std::string{} : std::move(text);
    flush(now);
}

void Notifier::flush(Instant now) {
    if (now < due())
        return;
    tell("STATUS=" + kept_);
    shown_ = std::exchange(kept_, {});
    next_ = now + statusInterval;
}

Instant Notifier::due() const {
    return kept_.empty() ? never : next_;
}

} // namespace subflowd::host
