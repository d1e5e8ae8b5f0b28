// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "model.hpp"

#include <string>
#include <string_view>

/// Small pieces of text for people.
namespace subflowd::ctl {

/// The two largest units that matter: "250 ms", "45 s", "3 min 12 s", "2 h 5 min", "3 d 4 h".
std::string spanText(Microseconds span);

/// Of a network: "45 us", "12.3 ms", "1250 ms"
std::string delayText(std::chrono::microseconds span);

/// "999 B", "1.2 kB", "34 MB": powers of 1000, two digits or three
std::string bytesText(std::uint64_t bytes);

/// "0 bit/s", "1.2 Mbit/s", of bytes a second
std::string rateText(std::uint64_t bytes);

/// "10.0.1.1:40000 -> 10.0.2.2:443"
std::string pathText(const Endpoint& local, const Endpoint& remote);

/// "1 attempt", "2 attempts"
std::string counted(std::uint64_t count, std::string_view noun);

/// The words in lines of at most 80 columns, each after `indent` spaces and before a newline. A
/// word is never cut.
std::string wrapped(std::string_view words, std::size_t indent);

/// The texts with the separator between them.
std::string joined(const std::vector<std::string>& texts, std::string_view separator);

} // namespace subflowd::ctl
