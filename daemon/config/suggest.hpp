// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace subflowd::config {

/// ": did you mean MaxSubflows=?" style advice: `: did you mean X?` with the known word that is
/// nearest to the written one, whatever its case; empty if none is near.
std::string didYouMean(std::string_view written, std::span<const std::string_view> known);

} // namespace subflowd::config
