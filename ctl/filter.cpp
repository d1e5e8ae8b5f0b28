// SPDX-License-Identifier: BSD-3-Clause
#include "filter.hpp"

#include "failure.hpp"

#include <charconv>
#include <cstdint>

namespace subflowd::ctl {

namespace {

CommandFailure notOfPairs(std::string word, const char* why) {
    return {ExitCode::usage, '\'' + std::move(word) + "' is no " + why};
}

/// `why`: what to say of a word that is no such pair.
std::map<std::string, std::string> parsePairs(const std::vector<std::string>& words,
                                              const char* why) {
    std::map<std::string, std::string> pairs;
    for (const auto& word : words) {
        const auto equals = word.find('=');
        if (equals == std::string::npos || equals == 0)
            throw notOfPairs(word, why);
        pairs[word.substr(0, equals)] = word.substr(equals + 1);
    }
    return pairs;
}

} // namespace

Filter parseFilter(const std::vector<std::string>& words) {
    return parsePairs(words, "filter: write KEY=VALUE, such as link=eth0 or remote=10.0.0.0/8.");
}

PolicyOptions parsePolicyOptions(const std::vector<std::string>& words) {
    return parsePairs(words, "option: write KEY=VALUE, such as MaxSubflows=4.");
}

Token parseToken(std::string_view text) {
    auto digits = text;
    if (digits.starts_with("0x") || digits.starts_with("0X"))
        digits.remove_prefix(2);
    std::uint32_t number = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size())
        throw CommandFailure(ExitCode::usage,
                             "'" + std::string{text} + "' is no token: write it as 0x1234abcd.");
    return Token{number};
}

} // namespace subflowd::ctl
