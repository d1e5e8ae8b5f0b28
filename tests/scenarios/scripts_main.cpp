// SPDX-License-Identifier: BSD-3-Clause
#include "scenarios/script.hpp"

#include <fstream>
#include <iostream>

/// Runs the scripts that it is given and says of each whether it went as expected.
int main(int count, char** files) {
    int failed = 0;
    for (int i = 1; i < count; ++i) {
        std::ifstream text{files[i]};
        const auto problem = text ? subflowd::test::Script{}.run(files[i], text)
                                  : std::string{files[i]} + ": cannot be read";
        std::cout << (problem.empty() ? "ok      " + std::string{files[i]} : "FAILED  " + problem)
                  << '\n';
        failed += problem.empty() ? 0 : 1;
    }
    std::cout << count - 1 - failed << " of " << count - 1 << " scripts went as expected\n";
    return failed == 0 && count > 1 ? 0 : 1;
}
