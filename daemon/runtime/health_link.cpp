// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/health_link.hpp"

namespace subflowd::runtime {

std::optional<core::TcpActivity> HealthLink::ask(core::HealthQuestion question) {
    if (question == core::HealthQuestion::samples)
        samples_.start();
    if (question != core::HealthQuestion::activity)
        return std::nullopt;
    const auto netstat = counters_.read();
    const auto counter = [netstat](std::string_view name) {
        return host::mibCounter(netstat, "TcpExt", name).value_or(0);
    };
    return core::TcpActivity{counter("TCPTimeouts"), counter("TCPOrigDataSent")};
}

} // namespace subflowd::runtime
