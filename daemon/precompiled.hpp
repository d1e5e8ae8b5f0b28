// SPDX-License-Identifier: BSD-3-Clause
// What most files of a library include, parsed once for each (meson: cpp_pch), if the compiler is
// clang: it takes half of the time then. A file includes what it uses all the same; with g++
// nothing else would build.
#include "core/input.hpp"
#include "core/outcome.hpp"
#include "core/world.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <variant>
#include <vector>
