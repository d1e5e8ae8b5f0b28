// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace subflowd::config {

/// White space as configuration files have it, whatever the locale.
bool isSpace(char character);

std::string_view trimmed(std::string_view text);

/// The parts of a text between white space.
std::vector<std::string_view> words(std::string_view text);

/// Words with single spaces between them.
std::string joined(std::span<const std::string_view> words);
std::string joined(std::span<const std::string> words);

/// In double quotes, for sentences.
std::string quoted(std::string_view text);

/// Whether a text is UTF-8 without control characters (tabs apart), so that logs, terminals and
/// D-Bus can carry it.
bool isPlainText(std::string_view text);

} // namespace subflowd::config
