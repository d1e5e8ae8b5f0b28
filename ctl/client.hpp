// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "filter.hpp"
#include "model.hpp"

#include <functional>
#include <map>
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

    /// Whether connections of all users are shown, or only one's own.
    bool seesAll();

    std::vector<Connection> connections(const Filter& filter);
    Connection connection(Token token);
    std::vector<Path> explain(Token token);
    std::vector<Link> links();
    std::vector<Policy> policies(); ///< with what their objects tell

    /// Hands each line of a monitor (JSON, without the newline) to `onLine`, until the daemon
    /// ends.
    void monitor(const Filter& filter, const std::function<void(std::string_view)>& onLine);

    /// Likewise each line of a recording.
    void record(const std::function<void(std::string_view)>& onLine);

    void reload();

    /// A path as somebody names it: the keys local, remote and link.
    using PathWords = std::map<std::string, std::string>;

    // What changes something. Ends when the kernel took it.
    void createSubflow(Token token, const PathWords& path, const std::string& priority);
    void destroySubflow(Token token, const PathWords& path);
    void setPriority(Token token, const PathWords& path, const std::string& priority);
    void announce(Token token, const std::string& address);
    void withdraw(Token token, const std::string& address);
    void setPolicies(Token token, const std::vector<std::string>& policies);
    void resetPolicies(Token token);
    void setPolicyOptions(const std::string& policy, const PolicyOptions& options);
    void retry(Token token, const PathWords& path);
    void release(Token token, const PathWords& path);
    void setLinkRole(const std::string& link, const std::string& role);
    void drainLink(const std::string& link);
    void undrainLink(const std::string& link);

    /// From now on polkit may ask a person for a password, who gets the time for it.
    void allowQuestions();

  private:
    class Proxy;
    std::unique_ptr<Proxy> proxy_;
};

} // namespace subflowd::ctl
