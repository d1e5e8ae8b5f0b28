// SPDX-License-Identifier: BSD-3-Clause
#include "json_writer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace subflowd::ctl {

namespace {

bool needsEscape(char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return code < 0x20 || code >= 0x7f || letter == '"' || letter == '\\';
}

} // namespace

void JsonWriter::key(std::string_view name) {
    separate();
    text_.append("\"").append(name).append("\":");
    first_ = true;
}

void JsonWriter::value(std::string_view text) {
    separate();
    quote(text);
}

void JsonWriter::value(std::uint64_t number) {
    separate();
    text_ += std::to_string(number);
}

void JsonWriter::boolean(bool truth) {
    separate();
    text_ += truth ? "true" : "false";
}

void JsonWriter::null() {
    separate();
    text_ += "null";
}

void JsonWriter::open(char bracket) {
    separate();
    text_ += bracket;
    first_ = true;
}

void JsonWriter::close(char bracket) {
    text_ += bracket;
    first_ = false;
}

void JsonWriter::separate() {
    if (!first_)
        text_ += ',';
    first_ = false;
}

/// Nearly all texts are plain; the library knows what to do with the others, wrong UTF-8 included.
void JsonWriter::quote(std::string_view text) {
    if (std::ranges::any_of(text, needsEscape)) {
        text_ +=
            nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        return;
    }
    text_.append("\"").append(text).append("\"");
}

} // namespace subflowd::ctl
