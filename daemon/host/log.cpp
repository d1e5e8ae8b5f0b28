// SPDX-License-Identifier: BSD-3-Clause
#include "host/log.hpp"

#include "host/journal.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>

namespace subflowd::host {

namespace {

/// A level of ours: what spdlog has for it, which knows no "notice", and what the reader sees.
struct LevelNames {
    spdlog::level::level_enum rank;
    std::string_view name;
};

constexpr std::array<LevelNames, 5> levels{{{spdlog::level::trace, "debug"},
                                            {spdlog::level::debug, "info"},
                                            {spdlog::level::info, "notice"},
                                            {spdlog::level::warn, "warning"},
                                            {spdlog::level::err, "error"}}};

const LevelNames& namesOf(Log::Level level) {
    return levels.at(static_cast<std::size_t>(level));
}

const LevelNames& namesOf(spdlog::level::level_enum rank) {
    const auto* const at = std::ranges::find(levels, rank, &LevelNames::rank);
    return at == levels.end() ? levels.back() : *at;
}

class PriorityFlag : public spdlog::custom_flag_formatter {
  public:
    void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
                spdlog::memory_buf_t& to) override {
        to.push_back(priorityOf(static_cast<Log::Level>(&namesOf(message.level) - levels.data())));
    }

    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<PriorityFlag>();
    }
};

class NameFlag : public spdlog::custom_flag_formatter {
  public:
    void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
                spdlog::memory_buf_t& to) override {
        const auto name = namesOf(message.level).name;
        to.append(name.data(), name.data() + name.size());
    }

    std::unique_ptr<custom_flag_formatter> clone() const override {
        return std::make_unique<NameFlag>();
    }
};

std::unique_ptr<spdlog::formatter> formatterFor(LogReader reader) {
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<PriorityFlag>('*').add_flag<NameFlag>('&');
    formatter->set_pattern(reader == LogReader::journal ? "<%*>%v" : "%Y-%m-%d %H:%M:%S.%f %&: %v");
    return formatter;
}

std::string subjectOf(const core::LogRecord& record) {
    std::string subject;
    if (record.token != Token{})
        subject = "connection " + textOf(record.token) + ": ";
    if (record.link != noLink)
        subject += "link " + std::to_string(static_cast<std::uint32_t>(record.link)) + ": ";
    return subject;
}

} // namespace

LogReader readerOfStandardError() {
    const char* const stream = std::getenv("JOURNAL_STREAM");

    struct stat status {};

    if (!stream || ::fstat(STDERR_FILENO, &status) != 0)
        return LogReader::person;
    const auto ours = std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
    return ours == stream ? LogReader::journal : LogReader::person;
}

Log::Log(LogReader reader, Level least)
    : Log(std::make_shared<spdlog::sinks::stderr_sink_st>(), reader, least) {
    native_ = reader == LogReader::journal;
}

Log::Log(std::shared_ptr<spdlog::sinks::sink> sink, LogReader reader, Level least)
    : logger_(std::make_shared<spdlog::logger>("subflowd", std::move(sink))) {
    logger_->set_formatter(formatterFor(reader));
    logger_->flush_on(spdlog::level::trace);
    setLevel(least);
}

Log::~Log() = default;

void Log::setLevel(Level least) {
    logger_->set_level(namesOf(least).rank);
}

void Log::write(Instant now, Level level, std::string_view text, core::LogTopic topic) {
    put(now, {level, text, {}, {}, topic});
}

void Log::write(Instant now, const core::LogRecord& record, std::string_view linkName) {
    if (!logger_->should_log(namesOf(record.level).rank))
        return;
    const auto text = subjectOf(record) + record.text;
    put(now, {record.level, text, record.token, linkName, record.topic});
}

void Log::put(Instant now, JournalEntry entry) {
    const auto rank = namesOf(entry.level).rank;
    if (!logger_->should_log(rank))
        return;
    const auto suppressed = filter_.pass(now, entry.text);
    if (!suppressed)
        return;
    std::string line{entry.text};
    std::ranges::replace(line, '\n', ' '); // each line of the journal is an entry of its own
    if (*suppressed != 0)
        line += " (and " + std::to_string(*suppressed) + " times more before)";
    entry.text = line;
    if (!native_ || sendToJournal(entry) == Sent::no)
        logger_->log(rank, spdlog::string_view_t{line});
}

} // namespace subflowd::host
