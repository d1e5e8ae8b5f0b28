// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/input.hpp"

#include <array>
#include <string_view>
#include <utility>

/// The words of a recording for enumerators. A recording is read by the same words, so that an
/// enumerator that is added in between does no harm.
namespace subflowd::recording {

/// An enumeration that has no words (an id) is a number.
template <class Enum>
inline constexpr std::array<std::pair<Enum, std::string_view>, 0> wordsOf{};

template <>
inline constexpr std::array wordsOf<core::AddressForm>{
    std::pair{core::AddressForm::plain, std::string_view{"plain"}},
    std::pair{core::AddressForm::mapped, std::string_view{"mapped"}},
};

template <>
inline constexpr std::array wordsOf<Side>{
    std::pair{Side::client, std::string_view{"client"}},
    std::pair{Side::server, std::string_view{"server"}},
};

template <>
inline constexpr std::array wordsOf<JoinInitial>{
    std::pair{JoinInitial::unknown, std::string_view{"unknown"}},
    std::pair{JoinInitial::allowed, std::string_view{"allowed"}},
    std::pair{JoinInitial::denied, std::string_view{"denied"}},
};

template <>
inline constexpr std::array wordsOf<Priority>{
    std::pair{Priority::regular, std::string_view{"regular"}},
    std::pair{Priority::backup, std::string_view{"backup"}},
};

template <>
inline constexpr std::array wordsOf<SubflowState>{
    std::pair{SubflowState::pending, std::string_view{"pending"}},
    std::pair{SubflowState::up, std::string_view{"up"}},
    std::pair{SubflowState::suspect, std::string_view{"suspect"}},
    std::pair{SubflowState::draining, std::string_view{"draining"}},
};

template <>
inline constexpr std::array wordsOf<LinkKind>{
    std::pair{LinkKind::ethernet, std::string_view{"ethernet"}},
    std::pair{LinkKind::loopback, std::string_view{"loopback"}},
    std::pair{LinkKind::veth, std::string_view{"veth"}},
    std::pair{LinkKind::bridge, std::string_view{"bridge"}},
    std::pair{LinkKind::bond, std::string_view{"bond"}},
    std::pair{LinkKind::vlan, std::string_view{"vlan"}},
    std::pair{LinkKind::macvlan, std::string_view{"macvlan"}},
    std::pair{LinkKind::dummy, std::string_view{"dummy"}},
    std::pair{LinkKind::tunnel, std::string_view{"tunnel"}},
    std::pair{LinkKind::wireguard, std::string_view{"wireguard"}},
    std::pair{LinkKind::ppp, std::string_view{"ppp"}},
    std::pair{LinkKind::vrf, std::string_view{"vrf"}},
    std::pair{LinkKind::other, std::string_view{"other"}},
};

template <>
inline constexpr std::array wordsOf<Role>{
    std::pair{Role::primary, std::string_view{"primary"}},
    std::pair{Role::backup, std::string_view{"backup"}},
    std::pair{Role::standby, std::string_view{"standby"}},
    std::pair{Role::ignore, std::string_view{"ignore"}},
};

template <>
inline constexpr std::array wordsOf<core::Reach>{
    std::pair{core::Reach::unknown, std::string_view{"unknown"}},
    std::pair{core::Reach::internet, std::string_view{"internet"}},
    std::pair{core::Reach::local, std::string_view{"local"}},
};

template <>
inline constexpr std::array wordsOf<core::snapshot::Occasion>{
    std::pair{core::snapshot::Occasion::start, std::string_view{"start"}},
    std::pair{core::snapshot::Occasion::eventsLost, std::string_view{"events-lost"}},
    std::pair{core::snapshot::Occasion::audit, std::string_view{"audit"}},
};

template <>
inline constexpr std::array wordsOf<core::event::Listener::Change>{
    std::pair{core::event::Listener::Change::opened, std::string_view{"opened"}},
    std::pair{core::event::Listener::Change::closed, std::string_view{"closed"}},
};

template <>
inline constexpr std::array wordsOf<core::HealthReport::Part>{
    std::pair{core::HealthReport::Part::more, std::string_view{"more"}},
    std::pair{core::HealthReport::Part::last, std::string_view{"last"}},
};

template <>
inline constexpr std::array wordsOf<core::Refusal>{
    std::pair{core::Refusal::none, std::string_view{"none"}},
    std::pair{core::Refusal::byErrno, std::string_view{"by-errno"}},
    std::pair{core::Refusal::unknownToken, std::string_view{"unknown-token"}},
    std::pair{core::Refusal::kernelManaged, std::string_view{"kernel-managed"}},
    std::pair{core::Refusal::idMismatch, std::string_view{"id-mismatch"}},
    std::pair{core::Refusal::unanswered, std::string_view{"unanswered"}},
};

template <>
inline constexpr std::array wordsOf<core::request::Draining>{
    std::pair{core::request::Draining::begins, std::string_view{"begins"}},
    std::pair{core::request::Draining::ends, std::string_view{"ends"}},
};

} // namespace subflowd::recording
