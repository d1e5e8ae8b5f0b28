// SPDX-License-Identifier: BSD-3-Clause
#include "host/network_namespace.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace subflowd::host {

NetworkNamespace currentNetworkNamespace() {
    constexpr const char* path = "/proc/thread-self/ns/net";

    struct stat status {};

    if (::stat(path, &status) != 0)
        throw std::system_error(errno, std::generic_category(),
                                std::string{"The network namespace is not known, because "} + path +
                                    " cannot be read: mount /proc");
    return NetworkNamespace{status.st_ino};
}

std::string fileStem(NetworkNamespace name) {
    return "netns-" + std::to_string(static_cast<std::uint64_t>(name));
}

} // namespace subflowd::host
