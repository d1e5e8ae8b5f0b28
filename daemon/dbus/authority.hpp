// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/sight.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace subflowd::dbus {

/// Whether a person may be asked for a password meanwhile.
enum class Interaction : std::uint8_t { forbidden, allowed };

/// Who calls a method, and how.
struct Caller {
    std::string name; ///< the unique name on the bus
    Interaction interaction = Interaction::forbidden;
};

/// Decides who may change something, and who may see what is others': root and the daemon's own
/// user always, others if polkit says so. Asks the bus and polkit without waiting for them; where
/// polkit is not there, or gives no answer in time, the answer is no. One that gave none is not
/// waited for again at once, so that what looks several times is not held up several times.
class Authority {
  public:
    /// What is to be done if the caller may; with an error if not.
    using Verdict = std::function<void(const std::optional<sdbus::Error>&)>;

    /// Questions to polkit under way at a time: somebody who floods the daemon with calls is
    /// refused, and root is not held up.
    static constexpr std::size_t most = 64;

    /// How long polkit has, and how long if a person is asked.
    static constexpr std::chrono::seconds patience{5};
    static constexpr std::chrono::seconds patienceWithPerson{120};

    /// The connection must outlive the authority.
    explicit Authority(sdbus::IConnection& connection);

    /// `action` is one of org.subflowd1.policy. The verdict comes later, or at once.
    void ask(const Caller& caller, const char* action, Verdict verdict);

    /// What the caller may see; an error if the bus does not tell who it is.
    using Seen = std::function<void(const std::variant<Sight, sdbus::Error>&)>;

    /// Whose connections the caller may see. Whoever may not see others' sees their own, so nobody
    /// is ever asked for a password here.
    void look(const Caller& caller, Seen seen);

  private:
    /// Who somebody on the bus is, or why that is not known.
    using Identified = std::function<void(const std::variant<UserId, sdbus::Error>&)>;

    void identify(const Caller& caller, Identified identified);
    void askPolkit(const Caller& caller, const char* action, const Verdict& verdict);
    void sendToPolkit(const Caller& caller, const char* action, const Verdict& verdict);
    void noteSilence(std::chrono::steady_clock::time_point asked);

    std::unique_ptr<sdbus::IProxy> bus_;
    std::unique_ptr<sdbus::IProxy> polkit_;
    std::size_t pending_ = 0;
    std::chrono::steady_clock::time_point silentUntil_; ///< no answer is expected of polkit before
};

} // namespace subflowd::dbus
