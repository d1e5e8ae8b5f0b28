// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "core/outcome.hpp"
#include "host/journal.hpp"
#include "host/repeat_filter.hpp"

#include <subflowd/time.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace spdlog {
class logger;

namespace sinks {
class sink;
}
} // namespace spdlog

namespace subflowd::host {

/// Who reads what is written to standard error.
enum class LogReader : std::uint8_t {
    journal, ///< lines begin with <PRIORITY> (sd-daemon(3))
    person,  ///< lines begin with the time and the level
};

/// The journal, if standard error is the stream that JOURNAL_STREAM names (systemd.exec(5)).
LogReader readerOfStandardError();

/// The log of the daemon. Each text at most once in RepeatFilter::interval.
class Log {
  public:
    using Level = core::LogRecord::Level;

    /// Writes to standard error.
    Log(LogReader reader, Level least);

    /// Writes to a sink, formatted for a reader.
    Log(std::shared_ptr<spdlog::sinks::sink> sink, LogReader reader, Level least);

    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    /// Records below this level are not written.
    void setLevel(Level least);

    void write(Instant now, Level level, std::string_view text,
               core::LogTopic topic = core::LogTopic::none);

    /// With the connection and the link that a record of the core is about.
    void write(Instant now, const core::LogRecord& record, std::string_view linkName = {});

  private:
    void put(Instant now, JournalEntry entry);

    std::shared_ptr<spdlog::logger> logger_;
    RepeatFilter filter_;
    bool native_ = false; ///< the journal takes entries with fields
};

} // namespace subflowd::host
