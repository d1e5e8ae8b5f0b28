// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "support/lab.hpp"
#include "support/scripted_policy.hpp"

#include <subflowd/settings.hpp>

#include <istream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace subflowd::test {

/// A step that cannot be done, or an expectation that was not met.
class StepFailed : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The words of a line after its first, taken from the front.
class Words {
  public:
    explicit Words(std::string_view line);

    bool empty() const { return at_ == words_.size(); }

    /// The next word. Throws StepFailed with what is missing.
    const std::string& take(std::string_view what);

    /// The next word if it is this one.
    bool takeIf(std::string_view word);

    /// What is left, as it was written but for the spaces.
    std::string rest();

  private:
    std::vector<std::string> words_;
    std::size_t at_ = 0;
};

/// A scenario as text, one step a line: what the host, the peers and the applications do, and
/// what is expected of the daemon. README.md beside the scripts lists the steps.
class Script {
  public:
    Script();

    /// Runs one script. Returns an empty text, or "NAME:LINE: what is wrong" and the two sides.
    std::string run(const std::string& name, std::istream& text);

  private:
    using Step = void (Script::*)(Words&);

    static const std::map<std::string, Step, std::less<>>& steps();
    static const std::map<std::string, Step, std::less<>>& expectations();
    void perform(std::string_view line);

    // The host and its configuration.
    void chain(Words& words);
    void policy(Words& words);
    void facts(Words& words);
    void mode(Words& words);
    void limit(Words& words);
    void role(Words& words);
    void metered(Words& words);
    void most(Words& words);
    void rule(core::LinkRule rule);
    void uplink(Words& words);
    void link(Words& words);
    void unlink(Words& words);
    void rename(Words& words);
    void carrier(Words& words);
    void up(Words& words);
    void address(Words& words);
    void noAddress(Words& words);
    void route(Words& words);
    void noRoute(Words& words);

    // Applications and peers.
    void connect(Words& words);
    void establish(Words& words);
    void halfClose(Words& words);
    void close(Words& words);
    void announce(Words& words);
    void withdraw(Words& words);
    void join(Words& words);
    void breakSubflow(Words& words);
    void priority(Words& words);
    void answer(Words& words);
    void swallow(Words& words);
    void again(Words& words);

    // Operators.
    void operate(Words& words);
    void expectAnswer(Words& words);

    // The kernel and the daemon.
    void knownId(Words& words);
    void tellsIds(Words& words);
    void lateAcks(Words& words);
    void dumpTakes(Words& words);
    void loseEvents(Words& words);
    void resync(Words& words);
    void restart(Words& words);
    void runFor(Words& words);

    // What is expected.
    void expect(Words& words);
    void expectCommand(Words& words);
    void expectCommands(Words& words);
    void expectNothing(Words& words);
    void expectSubflows(Words& words);
    void expectExplain(Words& words);
    void expectConnections(Words& words);
    void expectRepairs(Words& words);
    void expectSide(Words& words);
    void expectJoinInitial(Words& words);
    void expectRemotes(Words& words);
    void expectRemoved(Words& words);

    Policy* made(const std::string& name, const Settings& settings);
    core::request::PathName path(Words& words);
    core::Request request(Words& words);
    core::Request requestOfLink(const std::string& verb, Words& words);
    Token token(Words& words);
    LinkIndex linkOf(const std::string& name) const;

    std::vector<std::unique_ptr<Policy>> policies_;
    Lab lab_;
    std::map<std::string, LinkIndex> links_;
    std::map<std::string, Token> connections_;
    std::size_t seen_ = 0;  ///< commands that were expected and came
    std::size_t heard_ = 0; ///< answers to operators likewise
};

} // namespace subflowd::test
