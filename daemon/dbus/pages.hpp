// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/ids.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace subflowd::dbus {

/// The connections of one page, by rising token, and where the next page begins.
struct Page {
    std::vector<Token> tokens;
    std::uint64_t next = 0; ///< a cursor; 0: there is no next page

    friend bool operator==(const Page&, const Page&) = default;
};

/// Cuts a page out of all tokens, which are in no order. A cursor is the smallest token of its
/// page, so that connections that come and go do not shift the others.
Page pageOf(std::vector<Token> tokens, std::size_t limit, std::uint64_t cursor);

} // namespace subflowd::dbus
