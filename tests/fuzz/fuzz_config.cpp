// SPDX-License-Identifier: BSD-3-Clause
// Reads any bytes as a configuration; what is dumped must be read again without errors and give
// the same dump apart from the comments.
#include "config/dump.hpp"
#include "config/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::string withoutComments(std::string_view text) {
    std::string kept;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        kept += line.substr(0, line.find(" #"));
        kept.erase(kept.find_last_not_of(' ') + 1);
        kept += '\n';
        text.remove_prefix(line.size() + 1);
    }
    return kept;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace config = subflowd::config;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto parsed = config::parse(text, "fuzz.conf");
    const auto dumped = config::dump(parsed.config);
    const auto again = config::parse(dumped, "again.conf");
    if (config::hasErrors(again.diagnostics) ||
        withoutComments(config::dump(again.config)) != withoutComments(dumped))
        std::abort();
    return 0;
}
