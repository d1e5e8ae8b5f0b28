// SPDX-License-Identifier: BSD-3-Clause
#include "metrics/families.hpp"

#include <nlohmann/json.hpp>

namespace subflowd::ctl::metrics {

namespace {

using Json = nlohmann::ordered_json;

const char* nameOf(Kind kind) {
    switch (kind) {
    case Kind::gauge:
        return "gauge";
    case Kind::counter:
        return "counter";
    case Kind::histogram:
        return "histogram";
    case Kind::info:
        return "info";
    }
    return "unknown";
}

std::string escaped(const std::string& text) {
    std::string escaped;
    for (const char letter : text)
        if (letter == '\n')
            escaped += "\\n";
        else if (letter == '"' || letter == '\\')
            escaped.append("\\").push_back(letter);
        else
            escaped += letter;
    return escaped;
}

std::string labelsText(const Labels& labels) {
    std::string text;
    for (const auto& [name, value] : labels)
        text += (text.empty() ? "" : ",") + name + "=\"" + escaped(value) + '"';
    return text.empty() ? text : '{' + text + '}';
}

Json labelsOf(const Labels& labels) {
    auto all = Json::object();
    for (const auto& [name, value] : labels)
        all[name] = value;
    return all;
}

} // namespace

std::string openMetrics(const std::vector<Family>& families) {
    std::string text;
    for (const auto& family : families) {
        text += "# TYPE " + family.name + ' ' + nameOf(family.kind) + '\n';
        if (!family.unit.empty())
            text += "# UNIT " + family.name + ' ' + family.unit + '\n';
        text += "# HELP " + family.name + ' ' + escaped(family.help) + '\n';
        for (const auto& [suffix, labels, value] : family.samples)
            text.append(family.name)
                .append(suffix)
                .append(labelsText(labels))
                .append(" ")
                .append(value)
                .append("\n");
    }
    return text + "# EOF\n";
}

std::string metricsJson(const std::vector<Family>& families) {
    auto all = Json::array();
    for (const auto& family : families) {
        auto samples = Json::array();
        for (const auto& [suffix, labels, value] : family.samples)
            samples.push_back({{"name", family.name + suffix},
                               {"labels", labelsOf(labels)},
                               {"value", Json::parse(value)}});
        all.push_back({{"name", family.name},
                       {"type", nameOf(family.kind)},
                       {"unit", family.unit.empty() ? Json{} : Json(family.unit)},
                       {"help", family.help},
                       {"samples", std::move(samples)}});
    }
    return Json{{"schema", 1}, {"metrics", std::move(all)}}.dump(-1, ' ', false,
                                                                 Json::error_handler_t::replace) +
           '\n';
}

} // namespace subflowd::ctl::metrics
