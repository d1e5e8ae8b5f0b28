// SPDX-License-Identifier: BSD-3-Clause
#include "json_writer.hpp"

#include <gtest/gtest.h>

namespace subflowd::ctl {
namespace {

TEST(JsonWriter, separatesWhatFollows) {
    JsonWriter json;
    json.beginObject();
    json.member("a", 1);
    json.key("b");
    json.beginArray();
    json.value("x");
    json.null();
    json.boolean(true);
    json.beginObject();
    json.endObject();
    json.beginArray();
    json.endArray();
    json.endArray();
    json.memberOrNull("c", "");
    json.memberOrNull("d", "y");
    json.endObject();
    EXPECT_EQ(json.take(), R"({"a":1,"b":["x",null,true,{},[]],"c":null,"d":"y"})");
}

TEST(JsonWriter, escapesAndRepairsText) {
    JsonWriter json;
    json.beginArray();
    for (const char* text : {"a\"b\\c\n", "\x01", "gr\xc3\xbc\xc3\x9f", "\xff"})
        json.value(text);
    json.endArray();
    EXPECT_EQ(json.take(), "[\"a\\\"b\\\\c\\n\",\"\\u0001\",\"gr\xc3\xbc\xc3\x9f\","
                           "\"\xef\xbf\xbd\"]");
}

} // namespace
} // namespace subflowd::ctl
