// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recording/entry.hpp"

#include <subflowd/address.hpp>
#include <subflowd/time.hpp>

#include <map>
#include <utility>
#include <vector>

namespace subflowd::ctl::replay {

/// What a recording shows of how the network and the kernel answer, for questions that the
/// recorded daemon did not ask. It has seen all of the recording before anybody asks it.
class Evidence {
  public:
    /// How a join ended, and how long that took.
    struct Fate {
        core::Refusal refusal = core::Refusal::none; ///< of the command: the kernel sent nothing
        int refusalError = 0;
        bool established = true; ///< or it failed, with `error`
        std::uint8_t error = 0;
        Duration after{};
    };

    void see(const recording::Entry& entry);

    /// How the join from this address to this endpoint that was nearest in time ended; an
    /// immediate success if there was none.
    Fate fateOf(const core::command::CreateSubflow& join, Instant when) const;

    /// The answers about a connection; empty ones if nobody asked.
    core::CommandFinished answerOf(const core::command::AskIds& question) const;
    core::CommandFinished answerOf(const core::command::AskFacts& question) const;

  private:
    using Path = std::pair<IpAddress, Endpoint>;

    struct Asked {
        core::CommandId id{};
        core::command::CreateSubflow join;
        Instant when{};
    };

    struct Ended {
        Instant when{};
        Fate fate;
    };

    void see(Instant when, const core::Input& input);
    void see(Instant when, const recording::Issued& issued);
    void finished(const core::CommandFinished& result);
    void concluded(Instant when, const core::event::Subflow& subflow, Fate fate);

    std::multimap<Token, Asked> joins_; ///< that have not ended
    std::map<core::CommandId, Token> questions_;
    std::map<Path, std::vector<Ended>> fates_;
    std::map<Token, core::CommandFinished> answers_; ///< of both questions
};

} // namespace subflowd::ctl::replay
