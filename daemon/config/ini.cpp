// SPDX-License-Identifier: BSD-3-Clause
#include "config/ini.hpp"

#include "config/text.hpp"

#include <algorithm>
#include <optional>

namespace subflowd::config {

namespace {

constexpr std::string_view byteOrderMark = "\xef\xbb\xbf";

bool isComment(std::string_view line) {
    return line.starts_with('#') || line.starts_with(';');
}

std::string_view withoutTrailingComment(std::string_view line) {
    for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1))
        if (at > 0 && isSpace(line[at - 1]))
            return trimmed(line.substr(0, at));
    return line;
}

class IniReader {
  public:
    IniReader(const Source& source, std::vector<Section>& sections, Diagnostics& diagnostics)
        : source_(source), sections_(sections), diagnostics_(diagnostics) {}

    void read() {
        std::string_view rest = source_.text;
        if (rest.starts_with(byteOrderMark))
            rest.remove_prefix(byteOrderMark.size());
        for (std::size_t line = 1; !rest.empty(); ++line) {
            const auto end = rest.find('\n');
            takePhysicalLine(trimmed(rest.substr(0, end)), line);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        }
        takeLogicalLine();
    }

  private:
    void takePhysicalLine(std::string_view text, std::size_t line) {
        if (isComment(text))
            return;
        text = withoutTrailingComment(text);
        const bool goesOn = text.ends_with('\\');
        if (logical_.empty())
            line_ = line;
        else
            logical_ += ' ';
        logical_ += trimmed(goesOn ? text.substr(0, text.size() - 1) : text);
        if (!goesOn)
            takeLogicalLine();
    }

    void takeLogicalLine() {
        const auto text = trimmed(logical_);
        if (!text.empty() && !isPlainText(text))
            report(Severity::error, "has control characters or is not UTF-8");
        else if (text.ends_with('\\'))
            report(Severity::error, "ends in a backslash, and no line follows");
        else if (text.starts_with('['))
            takeHeader(text);
        else if (!text.empty())
            takeEntry(text);
        logical_.clear();
    }

    void takeHeader(std::string_view text) {
        current_.reset();
        skipping_ = true;
        const auto parts = words(text.substr(1, text.size() - 2));
        if (!text.ends_with(']') || parts.empty()) {
            report(Severity::error, "a section begins with [NAME]");
            return;
        }
        skipping_ = false;
        openSection(joined(parts));
    }

    void openSection(const std::string& header) {
        auto at = std::ranges::find(sections_, header, &Section::header);
        if (at == sections_.end())
            at = sections_.insert(at, {header, origin(), {}});
        current_ = static_cast<std::size_t>(at - sections_.begin());
        seen_.clear();
    }

    void takeEntry(std::string_view text) {
        const auto equals = text.find('=');
        const auto key = trimmed(text.substr(0, equals));
        if (equals == std::string_view::npos || key.empty())
            report(Severity::error, "is neither [SECTION] nor KEY=VALUE");
        else if (!current_ && !skipping_)
            report(Severity::error, std::string{key} + "= stands before the first section");
        else if (current_)
            assign(std::string{key}, std::string{trimmed(text.substr(equals + 1))});
    }

    void assign(std::string key, std::string value) {
        auto& entries = sections_[*current_].entries;
        const auto at = std::ranges::find(entries, key, &Entry::key);
        if (at == entries.end()) {
            seen_.push_back(key);
            entries.push_back({std::move(key), std::move(value), origin()});
            return;
        }
        if (std::ranges::find(seen_, key) != seen_.end() && !at->value.empty())
            report(Severity::warning,
                   key + "= is given twice in this section: the last one counts");
        seen_.push_back(key);
        at->value = std::move(value);
        at->origin = origin();
    }

    Origin origin() const { return {source_.name, line_}; }

    void report(Severity severity, std::string text) {
        diagnostics_.push_back({severity, origin(), std::move(text)});
    }

    const Source& source_;
    std::vector<Section>& sections_;
    Diagnostics& diagnostics_;
    std::string logical_; ///< a line with those that continue it
    std::size_t line_ = 0;
    std::optional<std::size_t> current_;
    bool skipping_ = false;         ///< the header of this section could not be read
    std::vector<std::string> seen_; ///< keys since the header
};

} // namespace

void addSections(const Source& source, std::vector<Section>& sections, Diagnostics& diagnostics) {
    IniReader{source, sections, diagnostics}.read();
}

} // namespace subflowd::config
