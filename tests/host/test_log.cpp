// SPDX-License-Identifier: BSD-3-Clause
#include "host/log.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <regex>
#include <sstream>

namespace subflowd::host {
namespace {

using Level = Log::Level;
using std::chrono::seconds;

constexpr Instant start{seconds{100}};

class LogTest : public testing::Test {
  protected:
    Log log(LogReader reader, Level least) {
        return {std::make_shared<spdlog::sinks::ostream_sink_st>(text_), reader, least};
    }

    std::string written() {
        auto text = text_.str();
        text_.str({});
        return text;
    }

    std::ostringstream text_;
};

TEST_F(LogTest, JournalReadsPriorities) {
    auto log = this->log(LogReader::journal, Level::debug);
    log.write(start, Level::debug, "a");
    log.write(start, Level::info, "b");
    log.write(start, Level::notice, "c");
    log.write(start, Level::warning, "d");
    log.write(start, Level::error, "e {} %");
    EXPECT_EQ(written(), "<7>a\n<6>b\n<5>c\n<4>d\n<3>e {} %\n");
}

TEST_F(LogTest, PersonReadsTheTimeAndTheLevel) {
    auto log = this->log(LogReader::person, Level::debug);
    log.write(start, Level::notice, "hello");
    const auto text = written();
    EXPECT_TRUE(std::regex_match(
        text, std::regex{R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} notice: hello\n)"}))
        << text;
}

TEST_F(LogTest, LeavesOutWhatIsBelowItsLevel) {
    auto log = this->log(LogReader::journal, Level::notice);
    log.write(start, Level::info, "a");
    log.write(start, Level::notice, "b");
    EXPECT_EQ(written(), "<5>b\n");
    log.setLevel(Level::error);
    log.write(start, Level::warning, "c");
    log.setLevel(Level::debug);
    log.write(start, Level::debug, "d");
    EXPECT_EQ(written(), "<7>d\n");
}

TEST_F(LogTest, SaysWhatARecordIsAbout) {
    auto log = this->log(LogReader::journal, Level::debug);
    log.write(start, core::LogRecord{Level::info, Token{}, noLink, "plain"});
    log.write(start, core::LogRecord{Level::info, Token{0xab12}, noLink, "of a connection"});
    log.write(start, core::LogRecord{Level::info, Token{0xffffffff}, LinkIndex{3}, "of both"});
    EXPECT_EQ(written(), "<6>plain\n"
                         "<6>connection 0x0000ab12: of a connection\n"
                         "<6>connection 0xffffffff: link 3: of both\n");
}

TEST_F(LogTest, OneTextIsOneLine) {
    auto log = this->log(LogReader::journal, Level::debug);
    log.write(start, Level::info, "two\n<0>lines");
    EXPECT_EQ(written(), "<6>two <0>lines\n");
}

TEST_F(LogTest, RepeatedTextsAreCountedInsteadOfWritten) {
    auto log = this->log(LogReader::journal, Level::debug);
    for (int i = 0; i < 5; ++i) {
        log.write(start + seconds{i}, Level::info, "again");
        log.write(start + seconds{i}, Level::info, "other " + std::to_string(i));
    }
    EXPECT_EQ(written(), "<6>again\n<6>other 0\n<6>other 1\n<6>other 2\n<6>other 3\n<6>other 4\n");
    log.write(start + seconds{10}, Level::info, "again");
    EXPECT_EQ(written(), "<6>again (and 4 times more before)\n");
    log.write(start + seconds{20}, Level::info, "again");
    EXPECT_EQ(written(), "<6>again\n");
}

TEST(RepeatFilter, ForgetsTheTextsThatWereShownLongestAgo) {
    RepeatFilter filter;
    for (int i = 0; i < 65; ++i)
        EXPECT_EQ(filter.pass(start + std::chrono::milliseconds{i}, std::to_string(i)), 0U);
    EXPECT_EQ(filter.pass(start + seconds{1}, "0"), 0U) << "64 texts came since";
    EXPECT_EQ(filter.pass(start + seconds{1}, "64"), std::nullopt);
}

TEST(LogReader, IsTheJournalOnlyIfStandardErrorIsItsStream) {
    struct stat status {};

    ASSERT_EQ(::fstat(STDERR_FILENO, &status), 0);
    const auto ours = std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino);
    ::setenv("JOURNAL_STREAM", ours.c_str(), 1);
    EXPECT_EQ(readerOfStandardError(), LogReader::journal);
    ::setenv("JOURNAL_STREAM", "1:2", 1);
    EXPECT_EQ(readerOfStandardError(), LogReader::person) << "it was redirected";
    ::unsetenv("JOURNAL_STREAM");
    EXPECT_EQ(readerOfStandardError(), LogReader::person);
}

} // namespace
} // namespace subflowd::host
