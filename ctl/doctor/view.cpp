// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/view.hpp"

#include "prose.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace subflowd::ctl::doctor {

namespace {

constexpr std::size_t verdictColumns = 9; // "problem" and a gap

Tone toneOf(Verdict verdict) {
    switch (verdict) {
    case Verdict::ok:
        return Tone::good;
    case Verdict::note:
        return Tone::plain;
    case Verdict::unknown:
        return Tone::faint;
    case Verdict::warning:
        return Tone::waiting;
    case Verdict::problem:
        return Tone::bad;
    }
    return Tone::plain;
}

std::string text(const Finding& finding, Colouring colouring) {
    std::string verdict{nameOf(finding.verdict)};
    const auto gap = std::string(verdictColumns - verdict.size(), ' ');
    const auto sentence = finding.check + ": " + finding.sentence;
    auto lines = painted(verdict, toneOf(finding.verdict), colouring) + gap +
                 wrapped(sentence, verdictColumns).substr(verdictColumns);
    if (!finding.remedy.empty())
        lines += wrapped("-> " + finding.remedy, verdictColumns);
    return lines;
}

std::string summary(const Findings& findings) {
    const auto count = [&findings](Verdict verdict) {
        return static_cast<std::uint64_t>(std::ranges::count(findings, verdict, &Finding::verdict));
    };
    const auto problems = count(Verdict::problem);
    const auto warnings = count(Verdict::warning);
    if (problems + warnings == 0)
        return "Nothing is wrong.";
    return counted(problems, "problem") + ", " + counted(warnings, "warning") + '.';
}

} // namespace

std::string findingsText(const Findings& findings, Colouring colouring) {
    std::string all;
    for (const auto& finding : findings)
        all += text(finding, colouring);
    const bool healthy = std::ranges::none_of(findings, isWrong);
    return all + '\n' + painted(summary(findings), healthy ? Tone::good : Tone::bad, colouring) +
           '\n';
}

std::string findingsJson(const Findings& findings) {
    using Json = nlohmann::ordered_json;
    auto all = Json::array();
    for (const auto& [check, verdict, sentence, remedy] : findings)
        all.push_back({{"check", check},
                       {"verdict", nameOf(verdict)},
                       {"sentence", sentence},
                       {"remedy", remedy.empty() ? Json{} : Json(remedy)}});
    const bool healthy = std::ranges::none_of(findings, isWrong);
    return Json{{"schema", 1}, {"healthy", healthy}, {"findings", std::move(all)}}.dump(
               -1, ' ', false, Json::error_handler_t::replace) +
           '\n';
}

} // namespace subflowd::ctl::doctor
