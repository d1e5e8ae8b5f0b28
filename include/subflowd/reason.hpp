// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace subflowd {

/// What a reason says: a stable code for scripts and a sentence for people. Defined once as a
/// `static constexpr` object; it must outlive every plan that names it (plugins stay loaded).
struct ReasonText {
    std::string_view code;     ///< lower-case words joined by hyphens: "link-covered"
    std::string_view sentence; ///< without a full stop; {0} and {1} stand for the two facts
};

/// Why something is so: a text and its two facts. Small, because each path keeps its last one; it
/// becomes a sentence only when somebody asks.
struct Reason {
    const ReasonText* text = nullptr; ///< null: no reason was given
    std::uint32_t first = 0;          ///< the fact that replaces {0}
    std::uint32_t second = 0;         ///< the fact that replaces {1}

    friend bool operator==(const Reason& a, const Reason& b) {
        const bool sameText =
            a.text == b.text || (a.text && b.text && a.text->code == b.text->code);
        return sameText && a.first == b.first && a.second == b.second;
    }
};

/// The code of a reason; empty if none was given.
inline std::string_view codeOf(const Reason& reason) {
    return reason.text ? reason.text->code : std::string_view{};
}

/// The sentence of a reason with its facts filled in; empty if none was given.
inline std::string sentenceOf(const Reason& reason) {
    if (!reason.text)
        return {};
    std::string sentence{reason.text->sentence};
    const auto fill = [&sentence](std::string_view mark, std::uint32_t fact) {
        if (const auto at = sentence.find(mark); at != std::string::npos)
            sentence.replace(at, mark.size(), std::to_string(fact));
    };
    fill("{0}", reason.first);
    fill("{1}", reason.second);
    return sentence;
}

} // namespace subflowd
