// SPDX-License-Identifier: BSD-3-Clause
#include "options.hpp"

namespace subflowd::reestablish {

Options readOptions(const Settings& given) {
    Options options;
    options.base = std::chrono::seconds(given.number("Base", 1, 3600, 1));
    options.cap = std::chrono::seconds(given.number("Cap", 1, 3600, 60));
    if (options.cap < options.base)
        throw SettingsError("Cap", "wants at least as many seconds as Base has");
    options.probeInterval = given.duration("ProbeInterval", std::chrono::milliseconds(100),
                                           std::chrono::minutes(1), std::chrono::seconds(1));
    options.mostHard = static_cast<unsigned>(given.number("MaxHard", 0, 1000, 6));
    options.rescue = given.truth("Rescue", true) ? Rescue::yes : Rescue::no;
    return options;
}

} // namespace subflowd::reestablish
