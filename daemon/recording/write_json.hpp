// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "recording/layout_kernel.hpp"
#include "recording/layout_orders.hpp"
#include "recording/words.hpp"

#include <subflowd/address_text.hpp>

#include <nlohmann/json.hpp>

#include <type_traits>

/// Values as JSON, as their layouts say.
namespace subflowd::recording {

using Json = nlohmann::ordered_json;

template <class Value>
Json written(const Value& value);

template <class Struct>
void writeFields(Json& object, const Struct& value) {
    std::apply(
        [&](const auto&... each) { ((object[each.name] = written(value.*(each.member))), ...); },
        Layout<Struct>::fields);
}

template <class Struct>
concept IsStruct = requires {
    Layout<Struct>::fields;
};

template <class Enum>

requires std::is_enum_v<Enum> Json writtenEnum(Enum value) {
    for (const auto& [known, word] : wordsOf<Enum>)
        if (known == value)
            return word;
    return static_cast<std::underlying_type_t<Enum>>(value);
}

inline Json writtenValue(const IpAddress& address) {
    return toString(address);
}

inline Json writtenValue(const Endpoint& endpoint) {
    return toString(endpoint);
}

inline Json writtenValue(const Prefix& prefix) {
    return toString(prefix);
}

inline Json writtenValue(Duration duration) {
    return duration.count();
}

inline Json writtenValue(Instant instant) {
    return instant.time_since_epoch().count();
}

template <class Value>
Json writtenValue(const std::optional<Value>& value) {
    return value ? written(*value) : Json{};
}

template <class Value>
Json writtenValue(const std::vector<Value>& values) {
    auto list = Json::array();
    for (const auto& value : values)
        list.push_back(written(value));
    return list;
}

/// One of several structs: its fields, and which it is.
template <class... Alternatives>
Json writtenValue(const std::variant<Alternatives...>& value) {
    return std::visit(
        [](const auto& one) -> Json {
            using One = std::remove_cvref_t<decltype(one)>;
            if constexpr (IsStruct<One>) {
                Json object{{"is", Layout<One>::kind}};
                writeFields(object, one);
                return object;
            } else
                return writtenValue(one);
        },
        value);
}

template <class Value>
Json written(const Value& value) {
    if constexpr (std::is_enum_v<Value>)
        return writtenEnum(value);
    else if constexpr (std::is_arithmetic_v<Value> || std::is_same_v<Value, std::string>)
        return value;
    else if constexpr (IsStruct<Value>) {
        auto object = Json::object();
        writeFields(object, value);
        return object;
    } else
        return writtenValue(value);
}

} // namespace subflowd::recording
