// SPDX-License-Identifier: BSD-3-Clause
#include "replay/run.hpp"

#include "dbus/monitor_json.hpp"
#include "failure.hpp"
#include "replay/player.hpp"
#include "replay/policies.hpp"
#include "replay/view.hpp"

#include <algorithm>
#include <fstream>
#include <ostream>

namespace subflowd::ctl::replay {

namespace {

/// A recording, line by line.
class File {
  public:
    explicit File(const std::string& name) : name_(name), stream_(name) {
        std::string line;
        if (!stream_)
            throw CommandFailure(ExitCode::failed, "Cannot read '" + name + "'.");
        next(line);
        try {
            header_ = recording::parseHeader(line);
        } catch (const std::runtime_error& error) {
            throw wrong(error);
        }
    }

    const recording::Header& header() const { return header_; }

    template <class Take>
    void forEach(Take take) {
        for (std::string line; next(line);)
            take(parse(line));
    }

  private:
    /// The last line may be half one, if whoever recorded was killed.
    bool next(std::string& line) {
        ++number_;
        return std::getline(stream_, line) && !stream_.eof();
    }

    recording::Entry parse(const std::string& line) const {
        try {
            return recording::parseEntry(line);
        } catch (const std::runtime_error& error) {
            throw wrong(error);
        }
    }

    CommandFailure wrong(const std::runtime_error& error) const {
        return {ExitCode::failed,
                name_ + ':' + std::to_string(number_) + ": " + error.what() + '.'};
    }

    const std::string& name_;
    std::ifstream stream_;
    std::size_t number_ = 0;
    recording::Header header_;
};

std::string nameOf(const core::Engine& engine, LinkIndex link) {
    const auto links = engine.links();
    const auto at = std::ranges::find(links, link, &core::LinkReport::index);
    return at == links.end() ? std::string{} : at->name;
}

} // namespace

ExitCode run(const Options& options, std::ostream& out) {
    const auto& name = options.recording;
    Evidence evidence;
    File{name}.forEach([&](const recording::Entry& entry) { evidence.see(entry); });

    File file{name};
    Policies policies{options};
    const View view{options.format, options.colouring, file.header()};
    const Player* playing = nullptr;
    Player player{evidence,
                  {[&](const auto& recorded) { return policies.make(recorded); },
                   [&](Instant when, const core::Change& change, Player::Basis basis) {
                       const auto link = change.link == noLink
                                             ? std::string{}
                                             : nameOf(*playing->engine(), change.link);
                       out << view.change(when, change, link, basis);
                   }}};
    playing = &player;
    Instant last = file.header().begun;
    file.forEach([&](const recording::Entry& entry) {
        last = entry.when;
        player.play(entry);
    });
    out << view.summary(last, player.end());
    return ExitCode::ok;
}

} // namespace subflowd::ctl::replay
