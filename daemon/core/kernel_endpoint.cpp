// SPDX-License-Identifier: BSD-3-Clause
#include "core/kernel_endpoint.hpp"

namespace subflowd::core {

std::string toString(EndpointFlags flags) {
    std::string text;
    for (const auto& [word, flag] : endpointFlagNames)
        if (hasAny(flags, flag)) {
            if (!text.empty())
                text += ' ';
            text += word;
        }
    return text;
}

} // namespace subflowd::core
