// SPDX-License-Identifier: BSD-3-Clause
#include "report/sections.hpp"

#include <nlohmann/json.hpp>

#include <exception>

namespace subflowd::ctl::report {

Section section(const std::string& title, const std::function<std::string()>& ask) {
    try {
        auto text = ask();
        if (!text.empty() && text.back() != '\n')
            text += '\n';
        return {title, std::move(text)};
    } catch (const std::exception& failure) {
        return {title, std::string{"(not available) "} + failure.what() + '\n'};
    }
}

std::string sectionsText(const std::vector<Section>& sections) {
    std::string all;
    for (const auto& [title, text] : sections)
        all.append(all.empty() ? "==== " : "\n==== ").append(title).append(" ====\n").append(text);
    return all;
}

std::string sectionsJson(const std::vector<Section>& sections) {
    using Json = nlohmann::ordered_json;
    auto all = Json::array();
    for (const auto& [title, text] : sections)
        all.push_back({{"title", title}, {"text", text}});
    return Json{{"schema", 1}, {"sections", std::move(all)}}.dump(-1, ' ', false,
                                                                  Json::error_handler_t::replace) +
           '\n';
}

} // namespace subflowd::ctl::report
