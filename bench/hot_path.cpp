// SPDX-License-Identifier: BSD-3-Clause
// The lives of so many connections, one after the other, for tools that count instructions.
#include "host.hpp"

#include <cstdio>
#include <cstdlib>

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("usage: hot-path CONNECTIONS\n", stderr);
        return EXIT_FAILURE;
    }
    const auto connections = static_cast<std::uint32_t>(std::atol(arguments[1]));
    const subflowd::bench::Messages messages{1};
    subflowd::bench::Host host;
    for (std::uint32_t i = 0; i < connections; ++i) {
        host.open(messages);
        host.close(messages);
    }
    const auto joins = host.engine().counters().subflowsEstablished;
    std::printf("%llu joins, %zu bytes of commands\n", static_cast<unsigned long long>(joins),
                host.sent());
    return joins == connections ? EXIT_SUCCESS : EXIT_FAILURE;
}
