// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sdbus-c++/sdbus-c++.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace subflowd::dbus {

/// Whether a person may be asked for a password meanwhile.
enum class Interaction : std::uint8_t { forbidden, allowed };

/// Who calls a method, and how.
struct Caller {
    std::string name; ///< the unique name on the bus
    Interaction interaction = Interaction::forbidden;
};

/// Decides who may change something: root and the daemon's own user always, others if polkit says
/// so. Asks the bus and polkit without waiting for them; where polkit is not there, or gives no
/// answer in time, the answer is no.
class Authority {
  public:
    /// What is to be done if the caller may; with an error if not.
    using Verdict = std::function<void(const std::optional<sdbus::Error>&)>;

    /// Questions under way at a time: somebody who floods the daemon with calls is refused.
    static constexpr std::size_t most = 64;

    /// How long polkit has, and how long if a person is asked.
    static constexpr std::chrono::seconds patience{5};
    static constexpr std::chrono::seconds patienceWithPerson{120};

    /// The connection must outlive the authority.
    explicit Authority(sdbus::IConnection& connection);

    /// `action` is one of org.subflowd1.policy. The verdict comes later, or at once.
    void ask(const Caller& caller, const char* action, Verdict verdict);

  private:
    void askPolkit(const Caller& caller, const char* action, const Verdict& verdict);

    std::unique_ptr<sdbus::IProxy> bus_;
    std::unique_ptr<sdbus::IProxy> polkit_;
    std::size_t pending_ = 0;
};

} // namespace subflowd::dbus
