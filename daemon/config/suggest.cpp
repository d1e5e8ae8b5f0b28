// SPDX-License-Identifier: BSD-3-Clause
#include "config/suggest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace subflowd::config {

namespace {

constexpr std::size_t longestWord = 64;

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// Levenshtein distance without regard to case.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (const char letter : a) {
        auto diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const auto change = diagonal + (lower(letter) == lower(b[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
        }
    }
    return row[b.size()];
}

} // namespace

std::string didYouMean(std::string_view written, std::span<const std::string_view> known) {
    if (written.size() > longestWord)
        return {};
    auto nearest = written.size() / 3 + 2; // further away is another word, not a slip
    std::string_view best;
    for (const auto& word : known)
        if (const auto far = distance(written, word); far < nearest) {
            nearest = far;
            best = word;
        }
    return best.empty() ? std::string{} : ": did you mean " + std::string{best} + '?';
}

} // namespace subflowd::config
