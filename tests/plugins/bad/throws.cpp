// SPDX-License-Identifier: BSD-3-Clause
// Its create throws what its setting says.
#include "good.hpp"

#include <stdexcept>

namespace {

class Throws : public subflowd::EveryPath {
  public:
    static constexpr const char* name = "throws";

    explicit Throws(const subflowd::Settings& given) : EveryPath({}) {
        const auto what = given.text("What");
        if (what == "standard")
            throw std::runtime_error("out of luck");
        if (what == "setting")
            throw subflowd::SettingsError("What", "wants another word");
        if (what == "missing")
            throw subflowd::SettingsError("Where", "wants a place");
        throw 42;
    }
};

} // namespace

SUBFLOWD_PLUGIN(Throws);
