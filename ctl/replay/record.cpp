// SPDX-License-Identifier: BSD-3-Clause
#include "client.hpp"
#include "failure.hpp"
#include "host/file_descriptor.hpp"
#include "replay/run.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

namespace subflowd::ctl::replay {

namespace {

CommandFailure failed(const std::string& what, const std::string& file) {
    return {ExitCode::failed, what + " '" + file + "': " + std::strerror(errno) + '.'};
}

/// It says what everybody's connections do, so that others do not read it.
host::FileDescriptor create(const std::string& file) {
    constexpr mode_t onlyOwner = S_IRUSR | S_IWUSR;
    host::FileDescriptor created{
        ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, onlyOwner)};
    if (!created.isOpen())
        throw failed("Cannot create", file);
    return created;
}

void writeAll(int fd, std::string_view text, const std::string& file) {
    while (!text.empty()) {
        const auto written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR)
            throw failed("Cannot write to", file);
        if (written > 0)
            text.remove_prefix(static_cast<std::size_t>(written));
    }
}

} // namespace

ExitCode record(const Options& options, std::ostream& /*out*/) {
    Client client{options.bus};
    if (::isatty(STDIN_FILENO) == 1)
        client.allowQuestions();
    host::FileDescriptor file;
    client.record([&](std::string_view line) {
        if (!file.isOpen()) {
            file = create(options.recording);
            if (::isatty(STDERR_FILENO) == 1)
                std::cerr << "Recording to " << options.recording << " until interrupted.\n";
        }
        writeAll(file.number(), std::string{line} + '\n', options.recording);
    });
    return ExitCode::ok;
}

} // namespace subflowd::ctl::replay
