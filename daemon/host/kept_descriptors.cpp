// SPDX-License-Identifier: BSD-3-Clause
#include "host/kept_descriptors.hpp"

#include <systemd/sd-daemon.h>

#include <cstdlib>
#include <utility>

namespace subflowd::host {

FileDescriptor takeKept(const std::string& name) {
    FileDescriptor kept;
    char** names = nullptr;
    const int count = ::sd_listen_fds_with_names(1, &names);
    for (int i = 0; i < count; ++i) {
        FileDescriptor descriptor{SD_LISTEN_FDS_START + i};
        if (names[i] == name && !kept.isOpen())
            kept = std::move(descriptor);
        ::free(names[i]);
    }
    ::free(static_cast<void*>(names));
    return kept;
}

void keep(const std::string& name, int descriptor) {
    static_cast<void>(::sd_notify(0, ("FDSTOREREMOVE=1\nFDNAME=" + name).c_str()));
    // Not polled: the kernel's errors on it (ENOBUFS) are for the next run to see.
    const auto state = "FDSTORE=1\nFDPOLL=0\nFDNAME=" + name;
    static_cast<void>(::sd_pid_notify_with_fds(0, 0, state.c_str(), &descriptor, 1));
}

} // namespace subflowd::host
