// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/outcome.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace subflowd::host {

/// An entry of the journal, with what it is about in fields of its own.
struct JournalEntry {
    core::LogRecord::Level level = core::LogRecord::Level::info;
    std::string_view text;
    Token token{};
    std::string_view link; ///< its name; empty: none
    core::LogTopic topic = core::LogTopic::none;
};

/// The entry's fields, each as NAME=value.
std::vector<std::string> fieldsOf(const JournalEntry& entry);

enum class Sent : std::uint8_t { no, yes };

/// Hands an entry to the journal, if there is one.
Sent sendToJournal(const JournalEntry& entry);

/// syslog(3)'s number of a level, and of a topic the id that the catalog has; empty: none.
char priorityOf(core::LogRecord::Level level);
std::string_view messageIdOf(core::LogTopic topic);

/// "0x1234abcd"
std::string textOf(Token token);

} // namespace subflowd::host
