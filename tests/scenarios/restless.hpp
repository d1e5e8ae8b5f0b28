// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/scripted_policy.hpp"

#include <chrono>
#include <cstddef>

namespace subflowd::test {

/// What a policy says that doubles what others want, and replaces what is well. One at a time, of
/// which the choice changes every now and then: some are not even begun.
inline void replaceWhatIsWell(const ConnectionView& connection, const HostView& host, Plan& plan) {
    const Reason reason{&because, 0, 0};
    for (std::size_t i = 0; i < connection.paths.size(); ++i)
        plan.multiply(static_cast<PathId>(i), 2, reason);
    plan.measure(std::chrono::seconds(2));
    plan.askAgain(host.now + std::chrono::seconds(3));
    auto memory = connection.remembered;
    ++memory[0];
    plan.remember(memory);
    for (std::size_t i = 0; i < connection.subflows.size(); ++i) {
        const auto& subflow = connection.subflows[i];
        const bool chosen = (subflow.local.port + memory[0] / 8) % 3 == 0;
        if (chosen && subflow.state == SubflowState::up && !subflow.successor)
            return plan.refresh(static_cast<SubflowId>(i), subflow.since + std::chrono::seconds(2),
                                std::chrono::seconds(1), reason, Replacement::evenIfAlive);
    }
}

} // namespace subflowd::test
