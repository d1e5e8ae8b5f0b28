// SPDX-License-Identifier: BSD-3-Clause
#include "doctor/netstat.hpp"

#include <sstream>

namespace subflowd::ctl::doctor {

std::map<std::string, std::uint64_t> counters(std::string_view netstat, std::string_view group) {
    std::map<std::string, std::uint64_t> found;
    const auto head = std::string{group} + ':';
    std::istringstream lines{std::string{netstat}};
    std::string names;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(head))
            continue;
        if (names.empty()) {
            names = line.substr(head.size());
            continue;
        }
        std::istringstream name{names};
        std::istringstream value{line.substr(head.size())};
        std::string word;
        for (std::uint64_t number = 0; name >> word && value >> number;)
            found[word] = number;
        break;
    }
    return found;
}

} // namespace subflowd::ctl::doctor
