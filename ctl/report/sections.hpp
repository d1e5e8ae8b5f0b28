// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <string>
#include <vector>

/// `report`: one file with everything that helps to find a bug.
namespace subflowd::ctl::report {

struct Section {
    std::string title;
    std::string text; ///< whole lines

    friend bool operator==(const Section&, const Section&) = default;
};

/// The text that `ask` gives; what went wrong, if it throws: the other sections are worth having.
Section section(const std::string& title, const std::function<std::string()>& ask);

std::string sectionsText(const std::vector<Section>& sections);

/// {"schema":1,"sections":[{"title":…,"text":…}]}
std::string sectionsJson(const std::vector<Section>& sections);

} // namespace subflowd::ctl::report
