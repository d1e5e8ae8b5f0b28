// SPDX-License-Identifier: BSD-3-Clause
// Reads any bytes as arguments of the methods on the bus. What cannot be understood is refused as
// InvalidArgs or NoSuchLink, with a sentence that a message can carry; nothing else may happen.
#include "dbus/bus_names.hpp"
#include "dbus/filter_arguments.hpp"
#include "dbus/request_arguments.hpp"

#include <fuzzer/FuzzedDataProvider.h>
#include <sdbus-c++/Error.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace subflowd;

constexpr std::size_t longestText = 300;

/// The bus carries valid UTF-8 without NUL, and nothing else.
bool canBeSent(const std::string& text) {
    try {
        return sdbus::Variant{text}.get<std::string>() == text;
    } catch (const sdbus::Error&) {
        return false;
    }
}

std::string anyText(FuzzedDataProvider& bytes) {
    static constexpr std::array known{"local",  "remote",   "link",   "token", "state", "rule",
                                      "backup", "10.0.0.1", "[::]:1", "eth0",  "role"};
    if (bytes.ConsumeBool())
        return bytes.PickValueInArray(known);
    auto text = bytes.ConsumeRandomLengthString(longestText);
    return canBeSent(text) ? text : std::string{};
}

sdbus::Variant anyValue(FuzzedDataProvider& bytes) {
    switch (bytes.ConsumeIntegralInRange(0, 4)) {
    case 0:
        return sdbus::Variant{bytes.ConsumeIntegral<std::uint32_t>()};
    case 1:
        return sdbus::Variant{bytes.ConsumeBool()};
    case 2:
        return sdbus::Variant{bytes.ConsumeBytes<std::uint8_t>(16)};
    default:
        return sdbus::Variant{anyText(bytes)};
    }
}

dbus::wire::Dictionary anyDictionary(FuzzedDataProvider& bytes) {
    dbus::wire::Dictionary dictionary;
    const auto size = bytes.ConsumeIntegralInRange(0, 4);
    for (int i = 0; i < size; ++i)
        dictionary.emplace(anyText(bytes), anyValue(bytes));
    return dictionary;
}

void refused(const sdbus::Error& error) {
    const bool known =
        error.getName() == dbus::error::invalidArgs || error.getName() == dbus::error::noSuchLink;
    const auto& sentence = error.getMessage();
    if (!known || sentence.empty() || sentence.size() > 4 * longestText || !canBeSent(sentence))
        std::abort();
}

template <class Parse>
void attempt(Parse&& parse) {
    try {
        parse();
    } catch (const sdbus::Error& error) {
        refused(error);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<core::LinkReport> links = [] {
        core::LinkReport report;
        report.name = "eth0";
        report.index = LinkIndex{2};
        return std::vector{report};
    }();
    FuzzedDataProvider bytes{data, size};
    const auto dictionary = anyDictionary(bytes);
    const auto text = anyText(bytes);
    attempt([&] { (void)dbus::pathName(dictionary, links); });
    attempt([&] { (void)dbus::connectionFilter(dictionary, links); });
    attempt([&] { (void)dbus::changeFilter(dictionary, links); });
    attempt([&] { (void)dbus::addressArgument(text); });
    attempt([&] { (void)dbus::priorityArgument(text); });
    attempt([&] { (void)dbus::roleArgument(text); });
    attempt([&] { (void)dbus::linkArgument(text, links); });
    return 0;
}
