// SPDX-License-Identifier: BSD-3-Clause
// Applications for tools/compare-speed: many MPTCP connections, fast.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int mptcp = 262;        // IPPROTO_MPTCP
constexpr int levelMptcp = 284;   // SOL_MPTCP
constexpr int connectionInfo = 1; // MPTCP_INFO; its first byte counts the subflows beside the first
constexpr int backlog = 65536;
constexpr std::uint16_t port = 5001;
constexpr auto afterJoin = milliseconds(2);

int check(int result, const char* what) {
    if (result < 0)
        throw std::system_error(errno, std::generic_category(), what);
    return result;
}

/// A socket, closed at the end.
class Socket {
  public:
    explicit Socket(int flags = 0)
        : fd_(check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, mptcp), "socket")) {}

    Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    Socket& operator=(Socket&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }

    ~Socket() {
        if (fd_ >= 0)
            close(fd_);
    }

    int fd() const { return fd_; }

  private:
    int fd_;
};

sockaddr_in addressOf(const char* text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    if (inet_pton(AF_INET, text, &address.sin_addr) != 1)
        throw std::invalid_argument(std::string{text} + " is no IPv4 address");
    return address;
}

int connectTo(const Socket& socket, const sockaddr_in& server) {
    return connect(socket.fd(), reinterpret_cast<const sockaddr*>(&server), sizeof server);
}

void watch(int epoll, int fd, std::uint32_t events, std::uint64_t data, int operation) {
    epoll_event event{events, {.u64 = data}};
    check(epoll_ctl(epoll, operation, fd, &event), "epoll_ctl");
}

/// Whether a connection has more than its first subflow.
bool hasSecond(const Socket& socket) {
    std::uint8_t extra = 0;
    socklen_t size = sizeof extra;
    return getsockopt(socket.fd(), levelMptcp, connectionInfo, &extra, &size) == 0 && extra > 0;
}

/// Several processes may listen, since one may have only so many descriptors.
Socket listenAt(const char* local) {
    Socket listener{SOCK_NONBLOCK};
    const int yes = 1;
    for (const int option : {SO_REUSEADDR, SO_REUSEPORT})
        check(setsockopt(listener.fd(), SOL_SOCKET, option, &yes, sizeof yes), "setsockopt");
    const auto address = addressOf(local);
    check(bind(listener.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
    check(listen(listener.fd(), backlog), "listen");
    return listener;
}

/// Accepts all that wait, and has each watched.
void acceptAll(int listener, int epoll) {
    for (int each = 0; (each = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;)
        watch(epoll, each, EPOLLIN, static_cast<std::uint64_t>(each), EPOLL_CTL_ADD);
    if (errno == EMFILE) // whoever connects would wait for ever
        check(-1, "accept4");
}

/// Echoes whatever comes, for ever.
[[noreturn]] void serve(const char* local) {
    const auto listener = listenAt(local);
    const int epoll = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    const auto listening = static_cast<std::uint64_t>(listener.fd());
    watch(epoll, listener.fd(), EPOLLIN, listening, EPOLL_CTL_ADD);
    std::puts("ready");
    std::fflush(stdout);
    std::vector<epoll_event> ready(1024);
    while (true) {
        const int count = epoll_wait(epoll, ready.data(), static_cast<int>(ready.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int fd = static_cast<int>(ready[static_cast<std::size_t>(i)].data.u64);
            if (fd == listener.fd()) {
                acceptAll(fd, epoll);
                continue;
            }
            char bytes[64];
            const auto got = read(fd, bytes, sizeof bytes);
            if (got > 0)
                send(fd, bytes, static_cast<std::size_t>(got), MSG_NOSIGNAL);
            else if (got == 0 || errno != EAGAIN)
                close(fd);
        }
    }
}

/// One connection after the other; each sends a byte when it is connected and waits for it.
void oneByOne(const sockaddr_in& server, std::size_t count, microseconds think) {
    for (std::size_t i = 0; i < count; ++i) {
        const Socket socket;
        check(connectTo(socket, server), "connect");
        if (think.count() > 0)
            std::this_thread::sleep_for(think);
        char byte = 0;
        check(static_cast<int>(send(socket.fd(), &byte, 1, 0)), "send");
        check(static_cast<int>(recv(socket.fd(), &byte, 1, 0)), "recv");
        std::this_thread::sleep_for(afterJoin);
    }
}

/// Connections that come and go, so many at once, each for a while after its byte came back.
class Churn {
  public:
    Churn(const sockaddr_in& server, std::size_t count, std::size_t atOnce, milliseconds life)
        : server_(server), left_(count), atOnce_(atOnce), life_(life) {}

    void run() {
        const auto begun = Clock::now();
        const auto count = left_;
        while (left_ > 0 || open_ > 0) {
            while (left_ > 0 && open_ < atOnce_)
                begin();
            turn();
            endOld();
        }
        const std::chrono::duration<double> took = Clock::now() - begun;
        std::printf("%.0f %.4f\n", static_cast<double>(count) / took.count(),
                    static_cast<double>(joined_) / static_cast<double>(count));
    }

  private:
    struct Living {
        Clock::time_point end;
        std::size_t slot;
    };

    void begin() {
        Socket socket{SOCK_NONBLOCK};
        if (connectTo(socket, server_) < 0 && errno != EINPROGRESS)
            check(-1, "connect");
        if (free_.empty()) {
            free_.push_back(sockets_.size());
            sockets_.emplace_back(std::move(socket));
        } else {
            sockets_[free_.back()] = std::move(socket);
        }
        const auto slot = free_.back();
        free_.pop_back();
        watch(epoll_, sockets_[slot].fd(), EPOLLOUT | EPOLLONESHOT, slot, EPOLL_CTL_ADD);
        --left_;
        ++open_;
    }

    void turn() {
        epoll_event ready[256];
        const int count = epoll_wait(epoll_, ready, std::size(ready), 1);
        for (int i = 0; i < count; ++i) {
            const auto slot = static_cast<std::size_t>(ready[i].data.u64);
            auto& socket = sockets_[slot];
            char byte = 0;
            if ((ready[i].events & EPOLLOUT) != 0) {
                send(socket.fd(), &byte, 1, MSG_NOSIGNAL);
                watch(epoll_, socket.fd(), EPOLLIN | EPOLLONESHOT, slot, EPOLL_CTL_MOD);
            } else {
                recv(socket.fd(), &byte, 1, MSG_DONTWAIT);
                living_.push_back({Clock::now() + life_, slot});
            }
        }
    }

    void endOld() {
        const auto now = Clock::now();
        while (!living_.empty() && living_.front().end <= now) {
            const auto slot = living_.front().slot;
            living_.pop_front();
            if (hasSecond(sockets_[slot]))
                ++joined_;
            const Socket closed = std::move(sockets_[slot]);
            free_.push_back(slot);
            --open_;
        }
    }

    sockaddr_in server_;
    std::size_t left_;
    std::size_t atOnce_;
    milliseconds life_;
    int epoll_ = check(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    std::deque<Socket> sockets_;
    std::vector<std::size_t> free_;
    std::deque<Living> living_;
    std::size_t open_ = 0;
    std::size_t joined_ = 0;
};

/// Connections that stay until standard input ends.
void hold(const sockaddr_in& server, std::size_t count) {
    std::vector<Socket> sockets;
    sockets.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto& socket = sockets.emplace_back();
        check(connectTo(socket, server), "connect");
        char byte = 0;
        check(static_cast<int>(send(socket.fd(), &byte, 1, 0)), "send");
        if (recv(socket.fd(), &byte, 1, 0) != 1)
            throw std::runtime_error("no echo on connection " + std::to_string(i));
    }
    std::puts("ready");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
}

constexpr auto usage = "usage: bench-load serve ADDRESS\n"
                       "       bench-load one-by-one SERVER CONNECTIONS THINK_US\n"
                       "       bench-load churn SERVER CONNECTIONS AT_ONCE LIFE_MS\n"
                       "       bench-load hold SERVER CONNECTIONS\n";

int run(const std::vector<const char*>& arguments) {
    const auto is = [&](std::string_view mode, std::size_t count) {
        return arguments.size() == count + 2 && arguments[1] == mode;
    };
    const auto number = [&](std::size_t at) { return std::strtoul(arguments[at], nullptr, 10); };
    if (is("serve", 1))
        serve(arguments[2]);
    else if (is("one-by-one", 3))
        oneByOne(addressOf(arguments[2]), number(3), microseconds(number(4)));
    else if (is("churn", 4))
        Churn(addressOf(arguments[2]), number(3), number(4), milliseconds(number(5))).run();
    else if (is("hold", 2))
        hold(addressOf(arguments[2]), number(3));
    else
        return std::fputs(usage, stderr), EXIT_FAILURE;
    return EXIT_SUCCESS;
}

} // namespace

int main(int count, char** arguments) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    try {
        return run({arguments, arguments + count});
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bench-load: %s\n", failure.what());
        return EXIT_FAILURE;
    }
}
