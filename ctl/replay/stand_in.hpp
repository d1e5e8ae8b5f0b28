// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/input.hpp"
#include "core/outcome.hpp"
#include "replay/evidence.hpp"

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace subflowd::ctl::replay {

/// Stands in for the kernel of a recording. As long as what is replayed commands what the recorded
/// daemon did, in the same order, its answers are the recorded ones. From the first difference on
/// two worlds have to be told apart: what followed from a command of the recorded daemon alone is
/// kept from the replayed core, and what that commands alone is answered as Evidence suggests.
class StandIn {
  public:
    explicit StandIn(const Evidence& evidence) : evidence_(evidence) {}

    /// What the core is told in place of a recorded input; nothing, one, or several.
    std::vector<core::Input> translate(core::Input input);

    /// What followed from the same input, there and here.
    void settle(Instant when, const std::vector<core::IssuedCommand>& recorded,
                const std::vector<core::IssuedCommand>& replayed);

    /// The core wants to listen there.
    void listen(Instant when, const Endpoint& local);

    /// A part of the recording lacks.
    void gap(Instant when);

    /// When it has something to tell by itself, and what.
    Instant nextDue() const { return due_.empty() ? never : due_.begin()->first; }

    core::Input takeDue();

    bool inStep() const { return inStep_; }

    /// When the commands were others for the first time.
    Instant firstDifference() const { return firstDifference_; }

    std::size_t assumed() const { return assumptions_; }

  private:
    struct Key {
        Token token{};
        Endpoint local;
        Endpoint remote;
        friend auto operator<=>(const Key&, const Key&) = default;
    };

    enum class Known : std::uint8_t { toBoth, toRecordedOnly };

    /// That the recorded daemon asked for and that has not been answered.
    struct Join {
        core::CommandId id{};
        IpAddress local;
        Endpoint remote;
        Known known = Known::toBoth;
    };

    using Joins = std::multimap<Token, Join>;
    using Passed = std::vector<core::Input>;

    template <class Subflow>
    static Key keyOf(const Subflow& subflow) {
        return {subflow.token, subflow.tuple.local, subflow.tuple.remote};
    }

    void differ(Instant when);
    void pair(const core::IssuedCommand& recorded, const core::IssuedCommand& replayed);
    void onlyRecorded(const core::IssuedCommand& issued);
    void onlyReplayed(Instant when, const core::IssuedCommand& issued);
    void ended(Instant when, const core::FourTuple& tuple, Token token, std::uint8_t error);

    void answer(Instant when, core::CommandId id, const core::command::CreateSubflow& join);
    void answer(Instant when, core::CommandId id, const core::command::DestroySubflow& end);
    void answer(Instant when, core::CommandId id, const core::command::ResetSubflow& end);
    void answer(Instant when, core::CommandId id, const core::command::CancelJoin& cancel);
    void answer(Instant when, core::CommandId id, const core::command::AskIds& question);
    void answer(Instant when, core::CommandId id, const core::command::AskFacts& question);
    template <class Other>
    void answer(Instant when, core::CommandId id, const Other& other);
    void finish(Instant when, core::CommandId id, core::CommandFinished result);

    Passed pass(const core::KernelEvent& told);
    Passed pass(core::SnapshotPart part);
    Passed pass(core::CommandFinished result);
    Passed pass(const core::ListenerOpened& opened);
    bool concerns(const core::event::SubflowEstablished& established);
    bool concerns(const core::event::SubflowClosed& closed);
    std::optional<Known> takeJoin(const core::event::Subflow& subflow);
    bool dropDue(const core::command::CancelJoin& cancel);
    void forget(Token token);

    const Evidence& evidence_;
    bool inStep_ = true;
    Instant firstDifference_ = never;
    std::size_t assumptions_ = 0;
    std::map<core::CommandId, core::CommandId> ids_; ///< of commands that are the same
    Joins joins_;
    std::set<Key> onlyThere_; ///< subflows that the replayed core does not have
    std::set<Key> onlyHere_;  ///< and those that nothing in the recording has
    std::map<Key, core::snapshot::Subflow> here_;
    std::set<Token> listed_; ///< by the snapshot that is being taken
    std::vector<Endpoint> listening_;
    std::multimap<Instant, core::Input> due_;
    std::uint16_t nextPort_ = 0;
};

} // namespace subflowd::ctl::replay
