// SPDX-License-Identifier: BSD-3-Clause
// What nearly every test includes, parsed once for each test program (meson: cpp_pch). A test
// includes what it uses all the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>
