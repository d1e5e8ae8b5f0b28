// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "fullmesh.hpp"
#include "lb_client.hpp"
#include "reestablish.hpp"
#include "support/lab.hpp"
#include "support/scripted_policy.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace subflowd::test {

/// The daemon never came to rest: it took thousands of steps without time going on.
class NeverRests : public std::runtime_error {
  public:
    NeverRests() : std::runtime_error("the daemon keeps itself busy without end") {}
};

/// What is said of a step when it is repeated by another engine: a copy without borrowed memory.
struct Said {
    std::vector<core::IssuedCommand> commands;
    std::vector<core::ListenerRequest> listeners;
    std::vector<core::Memo> memos;
    std::vector<core::Change> changes;
    std::vector<std::string> voices; ///< Change::by
    std::vector<core::LogRecord> log;
    std::vector<core::RequestFinished> answers;
    std::optional<core::Promise> promise;
    core::Resync resync = core::Resync::notNeeded;
    core::HealthQuestion health = core::HealthQuestion::none;
    Instant wake{};

    explicit Said(const core::Outcome& outcome);

    friend bool operator==(const Said&, const Said&) = default;
};

/// A host whose links, peers and applications do things at random, and the daemon on it. Finds
/// out for itself whether the daemon keeps its word; the same numbers give the same history.
class RandomWorld {
  public:
    /// Where its decisions come from.
    using Chance = std::function<std::uint32_t()>;

    explicit RandomWorld(Chance chance);

    /// Lives through some time, then comes to its end. What was wrong, if anything.
    std::string live();

    /// What happened so far, for a person who looks for the reason.
    const std::vector<std::string>& history() const { return history_; }

    /// What the daemon said ahead and then did.
    std::size_t promisesKept() const { return lab_.promisesKept; }

  private:
    struct Recorded {
        Instant at{};
        core::Input input;
        Said said;
    };

    struct LinkState {
        bool carrier = true;
        std::set<std::string> addresses;
    };

    static core::Input writtenAndRead(const Recorded& one);

    unsigned pick(unsigned count) { return static_cast<unsigned>(chance_() % count); }

    std::string pass();

    /// One thing happens, and some time passes. What was wrong, if anything.
    std::string step();

    /// The network comes to rest; compares what the daemon knows with what is.
    std::string rest();

    /// Every connection closes; nothing may be left of them.
    std::string end();

    /// Repeats the inputs on another engine, one time in four as a recording has them.
    std::string replay();

    Token anyConnection();
    std::string anyAddress();
    void note(std::string what);

    void changeLink();
    void changeAddress();
    void changeRoute();
    void changePath();
    void connect();
    void actOnConnection();
    void actAsPeer();
    void breakSomething();
    void disturb();
    void reload();

    void operate();
    core::Request anyRequest();
    core::Request anyRequestOf(Token token);
    void forgetOrders();
    void hear(const core::RequestFinished& finished);

    unsigned limitOf(Token token) const { return ordered_.contains(token) ? 8 : limit_; }

    void check(const core::Input& input, const core::Outcome& outcome);
    void checkCommand(const core::command::CreateSubflow& create);
    static bool isHostile(const Endpoint& remote);
    std::string checkConnections() const;
    std::string compare(Token token) const;

    Chance chance_;
    fullmesh::Fullmesh eight_{Settings{}};
    fullmesh::Fullmesh three_;
    lb_client::LbClient balanced_{Settings{}};
    ScriptedPolicy announcer_; ///< announces every address, some with a port, some once more
    reestablish::Reestablish healer_{Settings{}};
    ScriptedPolicy restless_; ///< doubles what others want, and replaces what is well
    ScriptedPolicy greedy_;   ///< wants two subflows wherever there is a path: the core must say no
    Lab lab_;
    core::Configuration first_;
    std::map<std::uint32_t, LinkState> links_;
    std::set<std::pair<std::string, std::string>> swallowed_; ///< address and host
    std::vector<Token> alive_;
    std::set<Token> told_;   ///< their CREATED or ESTABLISHED was processed
    std::set<Token> closed_; ///< their CLOSED was processed

    /// A path that no subflow may have: an operator destroyed one there.
    using Away = std::tuple<Token, IpAddress, Endpoint>;

    std::set<Away> away_;
    std::map<Token, core::RequestId>
        allowed_; ///< the last request that may allow such a path again
    std::set<LinkIndex> drained_;
    std::set<Token> ordered_; ///< their operators may have more than a policy would
    std::map<core::RequestId, core::Request> asked_; ///< and not answered
    std::vector<Recorded> recorded_;
    std::vector<std::string> history_;
    std::string wrong_;
    std::uint16_t nextPort_ = 1000;
    unsigned limit_ = 8;
    unsigned stepsAtOnce_ = 0;
    bool quiet_ = false; ///< no restart, reload or loss since the last rest
};

} // namespace subflowd::test
