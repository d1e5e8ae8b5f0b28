// SPDX-License-Identifier: BSD-3-Clause
#include "host/state_file.hpp"
#include "support/allocations.hpp"
#include "temporary_directory.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <csignal>
#include <map>
#include <random>

namespace subflowd::host {
namespace {

namespace fs = std::filesystem;
namespace memo = core::memo;
using core::FourTuple;
using core::snapshot::Remembered;

constexpr NetworkNamespace netns{4026531840};
constexpr const char* fileName = "netns-4026531840.state";

constexpr Endpoint v4(std::uint8_t last, std::uint16_t port) {
    return {IpAddress::v4(192, 0, 2, last), port};
}

constexpr Endpoint v6(std::uint8_t last, std::uint16_t port) {
    std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8};
    bytes[15] = last;
    return {IpAddress::v6(bytes), port};
}

constexpr FourTuple tuple{v4(1, 40000), v4(2, 443), core::AddressForm::plain};
constexpr FourTuple otherTuple{v6(1, 40000), v6(2, 443), core::AddressForm::plain};

memo::Connection connection(std::uint32_t token, const FourTuple& initial = tuple) {
    return {Token{token}, initial, Side::server, JoinInitial::denied};
}

memo::Announced announced(std::uint32_t token, std::uint8_t id) {
    return {Token{token}, AddressId{id}, v4(id, 8000)};
}

Remembered remembered(const std::vector<std::uint8_t>& ids) {
    Remembered result{JoinInitial::denied, Side::server, {}};
    for (const auto id : ids)
        result.announced.push_back({v4(id, 8000), AddressId{id}, {}, {}});
    return result;
}

class StateFileTest : public testing::Test {
  protected:
    StateFile open() const { return StateFile{directory_.path(), netns}; }

    fs::path file() const { return directory_ / fileName; }

    /// What the next daemon warns of.
    std::string warningsOfTheNext() const {
        const auto next = open();
        std::string text;
        for (const auto& warning : next.warnings())
            text += warning + '\n';
        return text;
    }

    TemporaryDirectory directory_;
};

TEST_F(StateFileTest, RemembersConnectionsOverARestart) {
    {
        auto state = open();
        EXPECT_TRUE(state.warnings().empty());
        state.write(connection(1));
        state.write(announced(1, 3));
        state.write(announced(1, 4));
        state.write(memo::Connection{Token{2}, otherTuple, Side::client, JoinInitial::allowed});
    }
    const auto state = open();
    EXPECT_TRUE(state.warnings().empty());
    EXPECT_EQ(state.size(), 2U);
    EXPECT_EQ(state.recall(Token{1}, tuple), remembered({3, 4}));
    EXPECT_EQ(state.recall(Token{2}, otherTuple),
              (Remembered{JoinInitial::allowed, Side::client, {}}));
    EXPECT_EQ(state.recall(Token{3}, tuple), std::nullopt);
}

TEST_F(StateFileTest, TokenOfAnotherConnectionIsNotRecalled) {
    auto state = open();
    state.write(connection(1));
    EXPECT_EQ(state.recall(Token{1}, otherTuple), std::nullopt);
    state.write(announced(1, 3));
    state.write(connection(1, otherTuple));
    EXPECT_EQ(state.recall(Token{1}, otherTuple), remembered({}))
        << "what the peer of the connection before announced was kept";
    EXPECT_EQ(state.size(), 1U);
}

TEST_F(StateFileTest, FollowsWhatIsSaidOfAConnection) {
    auto state = open();
    state.write(memo::Connection{Token{1}, tuple, Side::server, JoinInitial::unknown});
    state.write(announced(1, 3));
    state.write(connection(1));
    EXPECT_EQ(state.recall(Token{1}, tuple), remembered({3}));
    state.write(memo::Announced{Token{1}, AddressId{3}, v6(9, 1)});
    EXPECT_EQ(state.recall(Token{1}, tuple)->announced,
              (std::vector<RemoteView>{{v6(9, 1), AddressId{3}, {}, {}}}));
    state.write(memo::Withdrawn{Token{1}, AddressId{3}});
    state.write(memo::Withdrawn{Token{1}, AddressId{9}});
    EXPECT_EQ(state.recall(Token{1}, tuple), remembered({}));
    state.write(memo::Gone{Token{1}});
    state.write(memo::Gone{Token{1}});
    EXPECT_EQ(state.recall(Token{1}, tuple), std::nullopt);
    EXPECT_EQ(state.size(), 0U);
}

TEST_F(StateFileTest, PeerCannotFillTheFile) {
    auto state = open();
    state.write(announced(7, 1));
    state.write(connection(1));
    for (std::uint8_t id = 1; id <= 200; ++id)
        EXPECT_EQ(state.write(announced(1, id)), StateFile::Written::yes);
    state.write(connection(7));
    EXPECT_EQ(state.recall(Token{1}, tuple), remembered({1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(state.recall(Token{7}, tuple), remembered({}))
        << "an address of a connection that nobody knew was kept";
}

TEST_F(StateFileTest, ForgetsWhatNoLongerExists) {
    auto state = open();
    for (std::uint32_t token = 0; token < 500; ++token) {
        state.write(connection(token));
        state.write(announced(token, 1));
    }
    state.retain([](Token token) { return static_cast<std::uint32_t>(token) % 3 == 0; });
    for (std::uint32_t token = 0; token < 500; ++token)
        EXPECT_EQ(state.recall(Token{token}, tuple),
                  token % 3 == 0 ? std::optional{remembered({1})} : std::nullopt);
    EXPECT_EQ(state.size(), 167U);
}

TEST_F(StateFileTest, GrowsAndForgetsNothing) {
    constexpr std::uint32_t many = 5000;
    {
        auto state = open();
        const auto before = fs::file_size(file());
        for (std::uint32_t token = 0; token < many; ++token) {
            EXPECT_EQ(state.write(connection(token)), StateFile::Written::yes);
            EXPECT_EQ(state.write(announced(token, 5)), StateFile::Written::yes);
        }
        EXPECT_GT(fs::file_size(file()), before);
    }
    const auto state = open();
    EXPECT_EQ(state.size(), many);
    for (std::uint32_t token = 0; token < many; ++token)
        EXPECT_EQ(state.recall(Token{token}, tuple), remembered({5}));
    EXPECT_FALSE(fs::exists(directory_ / (std::string{fileName} + ".new")));
}

TEST_F(StateFileTest, AgreesWithAMapWhateverIsWritten) {
    auto state = open();
    std::map<std::uint32_t, std::map<std::uint8_t, RemoteView>> model;
    std::mt19937 random{7};
    for (int i = 0; i < 20000; ++i) {
        const auto token = static_cast<std::uint32_t>(random() % 1500 * 0x10001U);
        const auto id = static_cast<std::uint8_t>(random() % 8);
        switch (random() % 4) {
        case 0:
            state.write(connection(token));
            model[token];
            break;
        case 1:
            state.write(announced(token, id));
            if (const auto at = model.find(token); at != model.end())
                at->second[id] = {v4(id, 8000), AddressId{id}, {}, {}};
            break;
        case 2:
            state.write(memo::Withdrawn{Token{token}, AddressId{id}});
            if (const auto at = model.find(token); at != model.end())
                at->second.erase(id);
            break;
        default:
            state.write(memo::Gone{Token{token}});
            model.erase(token);
        }
    }
    ASSERT_EQ(state.size(), model.size());
    for (const auto& [token, remotes] : model) {
        const auto recalled = state.recall(Token{token}, tuple);
        ASSERT_TRUE(recalled);
        std::map<std::uint8_t, RemoteView> found;
        for (const auto& remote : recalled->announced)
            found[static_cast<std::uint8_t>(remote.id)] = remote;
        EXPECT_EQ(found, remotes);
        EXPECT_EQ(recalled->announced.size(), remotes.size());
    }
}

TEST_F(StateFileTest, SurvivesSigkillAtAnyMoment) {
    for (int round = 0; round < 5; ++round) {
        std::array<int, 2> ready{};
        ASSERT_EQ(::pipe(ready.data()), 0);
        const auto child = ::fork();
        if (child == 0) {
            auto state = open();
            for (std::uint32_t token = 0;; ++token) {
                state.write(connection(token));
                state.write(announced(token, 5));
                if (token == 20000U + static_cast<std::uint32_t>(round))
                    static_cast<void>(!::write(ready[1], "x", 1));
                if (token > 30000)
                    state.write(memo::Gone{Token{token - 10000}});
            }
        }
        ::close(ready[1]);
        char sign = 0;
        ASSERT_EQ(::read(ready[0], &sign, 1), 1);
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        ::close(ready[0]);
        const auto state = open();
        for (std::uint32_t token = 0; token < 20000; ++token)
            ASSERT_EQ(state.recall(Token{token}, tuple), remembered({5})) << "token " << token;
        fs::remove(file());
    }
}

TEST_F(StateFileTest, NeitherGrowsNorAllocatesWhileThereIsRoom) {
    auto state = open();
    const auto inode = [this] {
        struct stat status {};
        ::stat(file().c_str(), &status);
        return status.st_ino;
    };
    const auto inodeBefore = inode();
    const auto allocationsBefore = test::allocations();
    for (std::uint32_t i = 0; i < 100000; ++i) {
        state.write(connection(i % 700));
        state.write(announced(i % 700, 1));
        state.write(memo::Withdrawn{Token{i % 700}, AddressId{1}});
        state.write(memo::Gone{Token{i % 700}});
    }
    EXPECT_EQ(test::allocations(), allocationsBefore);
    EXPECT_EQ(inode(), inodeBefore);
}

TEST_F(StateFileTest, FullFileSystemIsNoReasonToDie) {
    auto state = open();
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{4096, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
    std::uint32_t token = 0;
    while (token < 10000 && state.write(connection(token)) == StateFile::Written::yes)
        ++token;
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(token, 768U) << "three quarters of 1024 slots";
    EXPECT_EQ(state.recall(Token{token - 1}, tuple), remembered({}));
    EXPECT_EQ(state.recall(Token{token}, tuple), std::nullopt);
    EXPECT_EQ(state.write(connection(token)), StateFile::Written::yes) << "there is room again";
}

TEST_F(StateFileTest, OnlyOneDaemonHasTheFile) {
    const auto state = open();
    try {
        open();
        FAIL() << "a second daemon got the file";
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(error.what(), "Another subflowd uses " +
                                    (directory_ / "netns-4026531840.lock").string() +
                                    " in this network namespace: stop it first.");
    }
    EXPECT_NO_THROW(StateFile(directory_.path(), NetworkNamespace{1})) << "another namespace";
}

TEST_F(StateFileTest, MakesItsDirectoryAndIsReadByNobodyElse) {
    const auto deep = directory_ / "a/b/c";
    const StateFile state{deep, netns};

    struct stat status {};

    ASSERT_EQ(::stat((deep / fileName).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(StateFileTest, DirectoryThatCannotBeMadeIsAnError) {
    write(directory_ / "file", "");
    try {
        const StateFile state{directory_ / "file", netns};
        FAIL() << "a file was taken for a directory";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.what(), "The state directory needs " + (directory_ / "file").string() +
                                    ", which cannot be had; choose another with --state-dir: Not a "
                                    "directory");
    }
}

TEST_F(StateFileTest, FileThatIsNoneIsMovedAside) {
    for (const auto& bytes : {std::string{}, std::string{"nonsense"}, std::string(500, 'x')}) {
        write(file(), bytes);
        const auto warnings = warningsOfTheNext();
        EXPECT_TRUE(warnings.starts_with("The state file " + file().string() + " cannot be used"))
            << warnings;
        EXPECT_EQ(read(directory_ / (std::string{fileName} + ".bad")), bytes);
        EXPECT_EQ(warningsOfTheNext(), "");
    }
}

TEST_F(StateFileTest, SymbolicLinkIsNotFollowed) {
    write(directory_ / "target", "precious");
    fs::create_symlink(directory_ / "target", file());
    fs::create_symlink(directory_ / "target", directory_ / (std::string{fileName} + ".new"));
    EXPECT_NE(warningsOfTheNext(), "");
    EXPECT_EQ(read(directory_ / "target"), "precious");
    EXPECT_FALSE(fs::is_symlink(file()));
}

TEST_F(StateFileTest, DamagedEntriesAreForgottenAndTheOthersKept) {
    {
        auto state = open();
        for (std::uint32_t token = 0; token < 100; ++token)
            state.write(connection(token));
        state.write(announced(5, 1));
    }
    auto bytes = read(file());
    std::size_t spoilt = 0;
    for (std::size_t at = 64; at < 64 + 1024 * 52 && spoilt < 3; at += 52)
        if (bytes[at + 51] == 1) {
            bytes[at + 8] = static_cast<char>(bytes[at + 8] ^ 1);
            ++spoilt;
        }
    write(file(), bytes);
    const auto state = open();
    EXPECT_EQ(state.warnings(), std::vector<std::string>{"The state file " + file().string() +
                                                         " is damaged: 3 entries are forgotten."});
    EXPECT_EQ(state.size(), 97U);
}

TEST_F(StateFileTest, SurvivesAnyDamage) {
    {
        auto state = open();
        for (std::uint32_t token = 0; token < 300; ++token) {
            state.write(connection(token));
            state.write(announced(token, 1));
        }
    }
    const auto whole = read(file());
    std::mt19937 random{3};
    for (int round = 0; round < 60; ++round) {
        auto bytes = whole;
        const std::size_t reach = round % 2 == 0 ? 64 : bytes.size(); // the header, or anything
        for (int i = 0; i < 1 << (round % 12); ++i)
            bytes[random() % reach] = static_cast<char>(random());
        if (round % 5 == 0)
            bytes.resize(random() % bytes.size());
        write(file(), bytes);
        const auto state = open();
        for (std::uint32_t token = 0; token < 300; ++token) {
            if (const auto found = state.recall(Token{token}, tuple)) {
                EXPECT_EQ(found->joinInitial, JoinInitial::denied);
            }
        }
    }
}

} // namespace
} // namespace subflowd::host
