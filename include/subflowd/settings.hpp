// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <subflowd/duration_text.hpp>
#include <subflowd/time.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace subflowd {

/// A setting of a policy has a value that cannot be used. Thrown by a policy's `create`; the
/// daemon adds the file and the line.
class SettingsError : public std::runtime_error {
  public:
    SettingsError(std::string key, const std::string& problem)
        : std::runtime_error(problem), key_(std::move(key)) {}

    const std::string& key() const { return key_; }

  private:
    std::string key_;
};

/// The settings of one policy: its [Policy NAME] section. Keys are compared as written.
class Settings {
  public:
    void set(std::string key, std::string value) {
        for (auto& [known, old] : entries_)
            if (known == key) {
                old = std::move(value);
                return;
            }
        entries_.emplace_back(std::move(key), std::move(value));
    }

    /// The text given for a key, if it was given.
    std::optional<std::string_view> text(std::string_view key) const {
        for (const auto& [known, value] : entries_)
            if (known == key)
                return value;
        return std::nullopt;
    }

    /// A whole number between two bounds, both included. Throws SettingsError.
    long number(std::string_view key, long least, long most, long byDefault) const {
        const auto given = text(key);
        if (!given)
            return byDefault;
        long value = 0;
        const auto [end, error] = std::from_chars(given->begin(), given->end(), value);
        if (error != std::errc{} || end != given->end() || value < least || value > most)
            throw SettingsError(std::string{key}, "wants a whole number from " +
                                                      std::to_string(least) + " to " +
                                                      std::to_string(most));
        return value;
    }

    /// A time, as in "250ms" (see parseDuration), between two bounds, both included. Throws
    /// SettingsError.
    Duration duration(std::string_view key, Duration least, Duration most,
                      Duration byDefault) const {
        const auto given = text(key);
        if (!given)
            return byDefault;
        const auto duration = parseDuration(*given, least, most);
        if (!duration)
            throw SettingsError(std::string{key},
                                "wants a time from " + toString(least) + " to " + toString(most));
        return *duration;
    }

    /// yes or no (also true, false, on, off, 1, 0). Throws SettingsError.
    bool truth(std::string_view key, bool byDefault) const {
        const auto given = text(key);
        if (!given)
            return byDefault;
        if (*given == "yes" || *given == "true" || *given == "on" || *given == "1")
            return true;
        if (*given == "no" || *given == "false" || *given == "off" || *given == "0")
            return false;
        throw SettingsError(std::string{key}, "wants yes or no");
    }

    /// The words of a list; none if the key was not given.
    std::vector<std::string_view> words(std::string_view key) const {
        std::vector<std::string_view> found;
        for (auto rest = text(key).value_or(""); !rest.empty();) {
            const auto end = std::min(rest.find_first_of(" \t"), rest.size());
            if (end > 0)
                found.push_back(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return found;
    }

    const std::vector<std::pair<std::string, std::string>>& entries() const { return entries_; }

    friend bool operator==(const Settings&, const Settings&) = default;

  private:
    std::vector<std::pair<std::string, std::string>> entries_;
};

} // namespace subflowd
