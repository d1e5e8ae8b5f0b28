// SPDX-License-Identifier: BSD-3-Clause
// An example of a policy that lives outside of subflowd's source: one subflow on each link. Built
// against the installed headers alone.
#include <subflowd/plugin.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace {

using namespace subflowd;

constexpr ReasonText linkOnce{"link-once", "the one subflow of link {0}"};

class EachLink : public Policy {
  public:
    static constexpr const char* name = "each-link";
    static constexpr const char* version = "1.0";
    static constexpr const char* summary = "one subflow on each link";
    static constexpr std::array<SettingDescription, 1> settings{
        {{"Backup", "no", "whether the subflows are backups"}}};

    explicit EachLink(const Settings& given)
        : priority_(given.truth("Backup", false) ? Priority::backup : Priority::regular) {}

    void plan(const ConnectionView& connection, const HostView& /*host*/, Plan& plan) override {
        for (std::uint16_t i = 0; i < connection.paths.size(); ++i)
            if (servesItsLink(connection.paths, i))
                plan.want(PathId{i}, {0, 1, priority_},
                          {&linkOnce, static_cast<std::uint32_t>(connection.paths[i].link), 0});
    }

  private:
    /// Whether a path has the most subflows of its link's usable paths, the first one if several
    /// do.
    static bool servesItsLink(std::span<const PathView> paths, std::size_t candidate) {
        const auto& path = paths[candidate];
        for (std::size_t i = 0; i < paths.size(); ++i) {
            const bool before = paths[i].subflows > path.subflows ||
                                (paths[i].subflows == path.subflows && i < candidate);
            if (paths[i].link == path.link && before && paths[i].usability == Usability::usable)
                return false;
        }
        return path.usability == Usability::usable;
    }

    Priority priority_;
};

} // namespace

SUBFLOWD_PLUGIN(EachLink);
