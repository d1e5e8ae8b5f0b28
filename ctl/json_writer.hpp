// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace subflowd::ctl {

/// Writes JSON piece by piece, without a document in between: for lists of ten thousand
/// connections, where building one costs more than asking the daemon.
class JsonWriter {
  public:
    /// Makes room for as many bytes at once.
    void reserve(std::size_t bytes) { text_.reserve(bytes); }

    void beginObject() { open('{'); }

    void endObject() { close('}'); }

    void beginArray() { open('['); }

    void endArray() { close(']'); }

    /// The name of the member whose value comes next. Needs no escapes.
    void key(std::string_view name);

    void value(std::string_view text);
    void value(std::uint64_t number);
    void boolean(bool truth);
    void null();

    /// A member of an object.
    void member(std::string_view name, std::string_view text) {
        key(name);
        value(text);
    }

    void member(std::string_view name, std::uint64_t number) {
        key(name);
        value(number);
    }

    void memberOrNull(std::string_view name, std::string_view text) {
        key(name);
        text.empty() ? null() : value(text);
    }

    /// What was written so far.
    std::string take() { return std::move(text_); }

  private:
    void open(char bracket);
    void close(char bracket);
    void separate();
    void quote(std::string_view text);

    std::string text_;
    bool first_ = true; ///< nothing came yet in the object or array, or after the key
};

} // namespace subflowd::ctl
