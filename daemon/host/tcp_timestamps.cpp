// SPDX-License-Identifier: BSD-3-Clause
#include "host/tcp_timestamps.hpp"

#include "host/short_file.hpp"

namespace subflowd::host {

bool tcpTimestamps(const std::filesystem::path& sysctl) {
    return readLine(sysctl) != "0"; // 2: without a random offset
}

} // namespace subflowd::host
