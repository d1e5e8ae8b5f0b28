// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "dbus/wire.hpp"

namespace subflowd::dbus {

/// Takes what a dictionary has under a key, and whether there was anything of that type. Properties
/// of other services come a few at a time, and their types are nobody's promise.
template <class Value>
bool takeEntry(const wire::Dictionary& dictionary, const char* key, Value& into) {
    const auto entry = dictionary.find(key);
    if (entry == dictionary.end() || !entry->second.template containsValueOfType<Value>())
        return false;
    into = entry->second.template get<Value>();
    return true;
}

} // namespace subflowd::dbus
