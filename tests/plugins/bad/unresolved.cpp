// SPDX-License-Identifier: BSD-3-Clause
// Needs a function that nobody has.
#include "good.hpp"

extern "C" int subflowd_test_nobody_has_this();

namespace {

class Unresolved : public subflowd::EveryPath {
  public:
    static constexpr const char* name = "unresolved";

    explicit Unresolved(const subflowd::Settings& given) : EveryPath(given) {
        subflowd_test_nobody_has_this();
    }
};

} // namespace

SUBFLOWD_PLUGIN(Unresolved);
