// SPDX-License-Identifier: BSD-3-Clause
#include "core/control_group.hpp"

#include <gtest/gtest.h>

namespace subflowd::core {
namespace {

constexpr auto scope = "/user.slice/user-1000.slice/app-firefox-17.scope";

TEST(ControlGroup, IsFoundByAnyPartOfItsPath) {
    for (const auto* name : {"user.slice", "user-1000.slice", "app-firefox-17.scope",
                             "app-firefox-*.scope", "user-????.slice"})
        EXPECT_TRUE(isInControlGroup(scope, name)) << name;
    for (const auto* name : {"firefox", "user", "user-100.slice", "app-firefox-*.service"})
        EXPECT_FALSE(isInControlGroup(scope, name)) << name;
}

TEST(ControlGroup, IsInsideOfEachPathAboveIt) {
    for (const auto* name : {"/", "/user.slice", "/user.slice/user-1000.slice", scope})
        EXPECT_TRUE(isInControlGroup(scope, name)) << name;
    for (const auto* name :
         {"/user", "/user.slice/user-1000.slice/app-firefox-17.scope/child", "/user-1000.slice"})
        EXPECT_FALSE(isInControlGroup(scope, name)) << name;
    EXPECT_TRUE(isInControlGroup("/", "/"));
    EXPECT_FALSE(isInControlGroup("/", "/user.slice"));
    EXPECT_FALSE(isInControlGroup("", "/")) << "nobody knows where it is";
    EXPECT_FALSE(isInControlGroup("", "*"));
}

TEST(ControlGroup, HasANameThatMakesSense) {
    for (const auto* name : {"/", "/a", "/a/b.slice", "a.service", "a-*.scope", "dev-\\x2da"})
        EXPECT_TRUE(isControlGroupName(name)) << name;
    for (const auto* name : {"", "a/b", "/a/", "//", "/a//b", "/a/../b", ".", "..", "/."})
        EXPECT_FALSE(isControlGroupName(name)) << name;
}

} // namespace
} // namespace subflowd::core
