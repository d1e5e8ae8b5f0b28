// SPDX-License-Identifier: BSD-3-Clause
#include "config/files.hpp"
#include "config/load.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace subflowd::config {
namespace {

namespace fs = std::filesystem;

class Files : public testing::Test {
  protected:
    Files() {
        std::string path = fs::temp_directory_path() / "subflowd-config-XXXXXX";
        if (!::mkdtemp(path.data()))
            throw std::runtime_error("no temporary directory: " + path);
        root_ = path;
    }

    ~Files() override { fs::remove_all(root_); }

    fs::path write(const fs::path& name, std::string_view text) const {
        const auto path = root_ / name;
        fs::create_directories(path.parent_path());
        std::ofstream{path} << text;
        return path;
    }

    Directories directories() const { return {root_ / "vendor", root_ / "admin"}; }

    /// Names below the root, for comparing.
    std::vector<std::string> found() const {
        std::vector<std::string> names;
        for (const auto& path : findFiles(directories()))
            names.push_back(fs::relative(path.parent_path(), root_) / path.filename());
        return names;
    }

    fs::path root_;
};

using Names = std::vector<std::string>;

TEST_F(Files, NothingAtAllIsAGoodConfiguration) {
    EXPECT_EQ(found(), Names{});
    EXPECT_EQ(load(findFiles(directories())), parse("", ""));
}

TEST_F(Files, AdministratorAfterVendorAndDropInsAfterBothSortedByName) {
    write("admin/subflowd.conf", "x");
    write("vendor/subflowd.conf", "x");
    write("admin/subflowd.conf.d/10-b.conf", "x");
    write("vendor/subflowd.conf.d/20-c.conf", "x");
    write("vendor/subflowd.conf.d/05-a.conf", "x");
    EXPECT_EQ(found(), (Names{"vendor/subflowd.conf", "admin/subflowd.conf",
                              "vendor/subflowd.conf.d/05-a.conf", "admin/subflowd.conf.d/10-b.conf",
                              "vendor/subflowd.conf.d/20-c.conf"}));
}

TEST_F(Files, DropInOfTheAdministratorReplacesTheVendorsOfThatName) {
    write("vendor/subflowd.conf.d/a.conf", "x");
    write("admin/subflowd.conf.d/a.conf", "y");
    EXPECT_EQ(found(), Names{"admin/subflowd.conf.d/a.conf"});
}

TEST_F(Files, EmptyDropInOrALinkToDevNullMasksTheVendors) {
    write("vendor/subflowd.conf.d/a.conf", "x");
    write("vendor/subflowd.conf.d/b.conf", "x");
    write("vendor/subflowd.conf.d/c.conf", "x");
    write("admin/subflowd.conf.d/a.conf", "");
    fs::create_symlink("/dev/null", root_ / "admin/subflowd.conf.d/b.conf");
    EXPECT_EQ(found(), Names{"vendor/subflowd.conf.d/c.conf"});
}

TEST_F(Files, OnlyFilesThatEndInConfAreDropIns) {
    write("admin/subflowd.conf.d/a.conf", "x");
    write("admin/subflowd.conf.d/a.conf~", "x");
    write("admin/subflowd.conf.d/b.conf.bak", "x");
    write("admin/subflowd.conf.d/.hidden.conf", "x");
    EXPECT_EQ(found(), Names{"admin/subflowd.conf.d/a.conf"});
}

TEST_F(Files, OneFileWithItsDropIns) {
    const auto file = write("my.conf", "[Daemon]\nMaxSubflows=1\nMaxInbound=1\n");
    const auto dropIn = write("my.conf.d/a.conf", "[Daemon]\nMaxSubflows=2\n");
    write("admin/subflowd.conf", "[Daemon]\nMaxInbound=9\n");
    EXPECT_EQ(findFiles(file), (std::vector<fs::path>{file, dropIn}));
    const auto parsed = load(findFiles(file));
    EXPECT_EQ(parsed.config.daemon.limits, (core::Limits{2, 1}));
    EXPECT_EQ(originOf(parsed.config.daemon.origins, "MaxSubflows"), (Origin{dropIn.string(), 2}));
}

TEST_F(Files, FileThatIsNotThereIsAnError) {
    const auto parsed = load(findFiles(root_ / "missing.conf"));
    EXPECT_EQ(parsed.diagnostics, (Diagnostics{{Severity::error,
                                                {(root_ / "missing.conf").string(), 0},
                                                "cannot be read: No such file or directory"}}));
}

TEST_F(Files, DirectoryIsNoFile) {
    const auto parsed = load(findFiles(root_));
    ASSERT_EQ(parsed.diagnostics.size(), 1U);
    EXPECT_EQ(toString(parsed.diagnostics[0]),
              root_.string() + ": error: cannot be read: Is a directory");
}

TEST_F(Files, DevNullIsAnEmptyConfiguration) {
    EXPECT_EQ(load(findFiles("/dev/null")), parse("", ""));
}

TEST_F(Files, FileThatIsTooLargeIsAnError) {
    const auto parsed = load(std::array{write("big.conf", std::string((1U << 20U) + 1, '#'))});
    ASSERT_EQ(parsed.diagnostics.size(), 1U);
    EXPECT_EQ(parsed.diagnostics[0].text,
              "is larger than 1 MiB, which no configuration file should be");
    EXPECT_TRUE(
        load(std::array{write("large.conf", std::string(1U << 20U, '#'))}).diagnostics.empty());
}

} // namespace
} // namespace subflowd::config
