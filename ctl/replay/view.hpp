// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/notation.hpp"
#include "options.hpp"
#include "replay/player.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace subflowd::ctl::replay {

/// What a replay shows: the lines of a monitor, and what came of it.
class View {
  public:
    View(Format format, Colouring colouring, recording::Header header)
        : format_(format), colouring_(colouring), header_(std::move(header)) {}

    std::string change(Instant when, const core::Change& change, std::string_view link,
                       Player::Basis basis) const;
    std::string summary(Instant last, const Summary& summary) const;

  private:
    dbus::WallTime wallTime(Instant when) const;
    std::string sentence(const Summary& summary) const;

    Format format_;
    Colouring colouring_;
    recording::Header header_;
};

} // namespace subflowd::ctl::replay
