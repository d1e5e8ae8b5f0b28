// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "filter.hpp"
#include "model.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace subflowd::ctl {

/// The daemon, over D-Bus. Everything throws CommandFailure with the exit code that fits.
class Client {
  public:
    /// Connects to "system", "session", or an address such as "unix:path=/run/lab/bus".
    explicit Client(const std::string& bus);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    Status status();
    std::vector<Connection> connections(const Filter& filter);
    Connection connection(Token token);
    std::vector<Path> explain(Token token);
    std::vector<Link> links();

    /// Hands each line of a monitor (JSON, without the newline) to `onLine`, until the daemon
    /// ends.
    void monitor(const Filter& filter, const std::function<void(std::string_view)>& onLine);

    void reload();

  private:
    class Proxy;
    std::unique_ptr<Proxy> proxy_;
};

} // namespace subflowd::ctl
