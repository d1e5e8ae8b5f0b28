// SPDX-License-Identifier: BSD-3-Clause
#include "top/terminal.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <string_view>

namespace subflowd::ctl::top {

namespace {

// The alternate screen, so that what was on the terminal comes back; the cursor; and that lines end
// at the edge, not in the next row.
constexpr const char* enter = "\033[?1049h\033[?25l\033[?7l";
constexpr const char* leave = "\033[?7h\033[?25h\033[?1049l";
constexpr const char* home = "\033[H";
constexpr const char* clearLine = "\033[K\n";
constexpr const char* clearBelow = "\033[J";

volatile std::sig_atomic_t interrupted = 0;

void onSignal(int /*number*/) {
    interrupted = 1;
}

void takeSignals() {
    struct sigaction action {};

    action.sa_handler = onSignal; // without SA_RESTART: poll() is to return
    for (const int number : {SIGINT, SIGTERM, SIGHUP})
        ::sigaction(number, &action, nullptr);
}

} // namespace

Terminal::Terminal() : hasKeys_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (hasKeys_) {
        auto raw = before_;
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    takeSignals();
    std::cout << enter << std::flush;
}

Terminal::~Terminal() {
    std::cout << leave << std::flush;
    if (hasKeys_)
        ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

Screen Terminal::size() const {
    winsize window{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_row == 0)
        return {24};
    return {window.ws_row};
}

void Terminal::show(const std::string& frame) {
    std::string text{home};
    std::string_view lines{frame};
    if (lines.ends_with('\n')) // after the last row of the screen it would push the first one out
        lines.remove_suffix(1);
    for (const char letter : lines)
        if (letter == '\n')
            text += clearLine;
        else
            text += letter;
    std::cout << text << clearBelow << std::flush;
}

Terminal::Answer Terminal::wait(std::chrono::milliseconds span) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + span;
    while (interrupted == 0) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        if (left <= 0)
            return Answer::goOn;
        pollfd keys{hasKeys_ ? STDIN_FILENO : -1, POLLIN, 0};
        if (::poll(&keys, 1, static_cast<int>(left)) <= 0)
            continue;
        char key = 0;
        const auto got = ::read(STDIN_FILENO, &key, 1);
        if (got > 0 && (key == 'q' || key == 'Q'))
            return Answer::leave;
        hasKeys_ = hasKeys_ && got != 0; // it was closed
    }
    return Answer::leave;
}

} // namespace subflowd::ctl::top
