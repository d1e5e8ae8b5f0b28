// SPDX-License-Identifier: BSD-3-Clause
#include "plugins/elf_image.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>
#include <vector>

namespace subflowd::plugins {
namespace {

using Bytes = std::vector<char>;

std::span<const std::byte> span(const Bytes& bytes) {
    return std::as_bytes(std::span{bytes});
}

/// This very program: as position independent as a shared object.
Bytes thisProgram() {
    std::ostringstream text;
    text << std::ifstream{"/proc/self/exe", std::ios::binary}.rdbuf();
    const auto bytes = text.str();
    return {bytes.begin(), bytes.end()};
}

TEST(ElfImage, HasNoObjectionToASharedObjectOfThisMachine) {
    const auto bytes = thisProgram();
    EXPECT_EQ(ElfImage{span(bytes)}.objection(), std::nullopt);
}

TEST(ElfImage, KnowsTheOtherKindsOfMachines) {
    for (const std::size_t place : {4U, 5U, 18U}) { // class, byte order, machine
        auto bytes = thisProgram();
        bytes[place] = static_cast<char>(bytes[place] ^ 3);
        EXPECT_EQ(ElfImage{span(bytes)}.objection(), "it was built for another kind of machine");
    }
}

TEST(ElfImage, FindsNoSymbolThatIsNotThere) {
    const auto bytes = thisProgram();
    EXPECT_TRUE(ElfImage{span(bytes)}.symbol("subflowd_plugin_v1").empty());
}

TEST(ElfImage, SurvivesAnyCutAndAnyDamage) {
    const auto whole = thisProgram();
    for (std::size_t size = 0; size < 4096; size += 7) {
        const Bytes cut{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)};
        EXPECT_TRUE(ElfImage{span(cut)}.symbol("subflowd_plugin_v1").empty());
    }
    std::mt19937 random{1};
    auto damaged = whole;
    for (int i = 0; i < 300; ++i) {
        damaged[random() % 64] = static_cast<char>(random());
        const auto symbol = ElfImage{span(damaged)}.symbol("subflowd_plugin_v1");
        EXPECT_LE(symbol.size(), damaged.size());
    }
}

} // namespace
} // namespace subflowd::plugins
