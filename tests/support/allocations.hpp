// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>

namespace subflowd::test {

/// How often `new` was called in this program.
std::size_t allocations();

} // namespace subflowd::test
