// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recording/layout_kernel.hpp"
#include "recording/layout_orders.hpp"
#include "recording/words.hpp"

#include <subflowd/address_text.hpp>

#include <nlohmann/json.hpp>

#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>

/// Values from JSON, as their layouts say. What does not fit throws BadValue; fields that nobody
/// knows are passed over, and those that lack keep their default.
namespace subflowd::recording {

using Json = nlohmann::ordered_json;

class BadValue : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

template <class Value>
void read(const Json& json, Value& value);

[[noreturn]] inline void refuse(const Json& json, const char* wanted) {
    constexpr std::size_t shown = 60;
    auto text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (text.size() > shown)
        text.resize(shown);
    throw BadValue(text + " is no " + wanted);
}

inline const std::string& textOf(const Json& json, const char* wanted) {
    if (!json.is_string())
        refuse(json, wanted);
    return json.get_ref<const std::string&>();
}

template <class Number>
void readNumber(const Json& json, Number& value) {
    using Limits = std::numeric_limits<Number>;
    if (!json.is_number_integer())
        refuse(json, "whole number");
    const bool fits = json.is_number_unsigned()
                          ? json.get<std::uint64_t>() <= static_cast<std::uint64_t>(Limits::max())
                          : json.get<std::int64_t>() >= static_cast<std::int64_t>(Limits::min());
    if (!fits)
        refuse(json, "number of this size");
    value = json.get<Number>();
}

template <class Enum>
void readEnum(const Json& json, Enum& value) {
    if constexpr (wordsOf<Enum>.empty()) {
        std::underlying_type_t<Enum> number{};
        readNumber(json, number);
        value = static_cast<Enum>(number);
    } else {
        const auto& text = textOf(json, "word");
        for (const auto& [known, word] : wordsOf<Enum>)
            if (word == text) {
                value = known;
                return;
            }
        refuse(json, "word that this version knows");
    }
}

template <class Parsed>
void readParsed(const Json& json, Parsed& value, const std::optional<Parsed>& parsed) {
    if (!parsed)
        refuse(json, "address");
    value = *parsed;
}

inline void readValue(const Json& json, bool& value) {
    if (!json.is_boolean())
        refuse(json, "true or false");
    value = json.get<bool>();
}

inline void readValue(const Json& json, std::string& value) {
    value = textOf(json, "text");
}

inline void readValue(const Json& json, IpAddress& value) {
    readParsed(json, value, parseAddress(textOf(json, "address")));
}

inline void readValue(const Json& json, Endpoint& value) {
    readParsed(json, value, parseEndpoint(textOf(json, "address")));
}

inline void readValue(const Json& json, Prefix& value) {
    readParsed(json, value, parsePrefix(textOf(json, "network")));
}

inline void readValue(const Json& json, Duration& value) {
    Duration::rep count{};
    readNumber(json, count);
    value = Duration{count};
}

inline void readValue(const Json& json, Instant& value) {
    Duration duration{};
    readValue(json, duration);
    value = Instant{duration};
}

template <class Value>
void readValue(const Json& json, std::optional<Value>& value) {
    value.reset();
    if (!json.is_null())
        read(json, value.emplace());
}

template <class Value>
void readValue(const Json& json, std::vector<Value>& values) {
    if (!json.is_array())
        refuse(json, "list");
    values.clear();
    for (const auto& each : json)
        read(each, values.emplace_back());
}

template <class Struct>
void readFields(const Json& json, Struct& value) {
    const auto one = [&](const auto& each) {
        if (const auto at = json.find(each.name); at != json.end())
            read(*at, value.*(each.member));
    };
    std::apply([&](const auto&... each) { (one(each), ...); }, Layout<Struct>::fields);
}

template <class One, class Variant>
bool readIf(const Json& json, std::string_view kind, Variant& value);

/// Whether one of the alternatives, or of theirs, is called so.
template <class... Alternatives>
bool readKind(const Json& json, std::string_view kind, std::variant<Alternatives...>& value) {
    return (readIf<Alternatives>(json, kind, value) || ...);
}

template <class One, class Variant>
bool readIf(const Json& json, std::string_view kind, Variant& value) {
    One one{};
    if constexpr (requires { Layout<One>::kind; }) {
        if (kind != Layout<One>::kind)
            return false;
        readFields(json, one);
    } else if constexpr (requires { std::variant_size<One>::value; }) {
        if (!readKind(json, kind, one))
            return false;
    } else
        return false;
    value = std::move(one);
    return true;
}

template <class... Alternatives>
void readValue(const Json& json, std::variant<Alternatives...>& value) {
    const auto kind = json.is_object() ? json.find("is") : json.end();
    if (kind == json.end() || !readKind(json, textOf(*kind, "word"), value))
        refuse(json, "thing that this version knows");
}

template <class Value>
void read(const Json& json, Value& value) {
    if constexpr (std::is_enum_v<Value>)
        readEnum(json, value);
    else if constexpr (std::is_integral_v<Value> && !std::is_same_v<Value, bool>)
        readNumber(json, value);
    else if constexpr (requires { Layout<Value>::fields; }) {
        if (!json.is_object())
            refuse(json, "object");
        readFields(json, value);
    } else
        readValue(json, value);
}

} // namespace subflowd::recording
