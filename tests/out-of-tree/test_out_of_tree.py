#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Installs the headers, builds a policy outside of the source tree with them, and loads it."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ARGUMENTS = argparse.Namespace()


def run(*command, **keywords):
    """The output of a command that must succeed."""
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, **keywords)
    if done.returncode != 0:
        raise AssertionError(
            f"{' '.join(map(str, command))} ended with {done.returncode}:\n"
            f"{done.stdout}{done.stderr}")
    return done.stdout


class OutOfTree(unittest.TestCase):
    """A policy that knows only what is installed."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="subflowd-out-of-tree-"))
        cls.addClassCleanup(shutil.rmtree, cls.root)
        cls.installed = cls.root / "installed"
        run("meson", "install", "-C", ARGUMENTS.build, "--no-rebuild", "--tags", "devel",
            "--destdir", cls.installed)
        cls.environment = dict(
            os.environ,
            PKG_CONFIG_LIBDIR=str(next(cls.installed.rglob("subflowd.pc")).parent),
            PKG_CONFIG_SYSROOT_DIR=str(cls.installed),
            PKG_CONFIG_ALLOW_SYSTEM_CFLAGS="1",
            DESTDIR=str(cls.installed))
        cls.project = cls.root / "project"
        shutil.copytree(HERE, cls.project)
        run("make", "-C", cls.project, "install", env=cls.environment)
        cls.plugins = next(cls.installed.rglob("each-link.so")).parent
        for path in (cls.plugins, cls.plugins / "each-link.so"):
            path.chmod(path.stat().st_mode & ~0o022)

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("plugins must belong to root, and this is not run by root")

    def test_goes_where_the_daemon_looks(self):
        plugindir = run("pkg-config", "--variable=plugindir", "subflowd", env=self.environment)
        self.assertTrue(
            str(self.plugins).endswith(plugindir.strip().removeprefix(str(self.installed))),
            f"{self.plugins} is not in {plugindir}")

    def test_pkg_config_tells_the_abi_of_the_headers(self):
        abi = run("pkg-config", "--variable=abi", "subflowd", env=self.environment).strip()
        header = next(self.installed.rglob("subflowd/plugin.hpp")).read_text(encoding="utf-8")
        self.assertIn(f"pluginAbi = {abi};", header)

    def test_is_loaded_and_plans(self):
        shown = run(ARGUMENTS.load_plugin, self.plugins, "each-link", "Backup=yes")
        self.assertEqual(
            shown,
            "each-link 1.0\n"
            "want 192.0.2.1 -> 203.0.113.1:443 link-once\n"
            "want 198.51.100.1 -> 203.0.113.1:443 link-once\n")

    def test_bad_setting_is_said(self):
        done = subprocess.run(
            [ARGUMENTS.load_plugin, self.plugins, "each-link", "Backup=maybe"],
            capture_output=True, text=True, check=False)
        self.assertEqual(
            (done.returncode, done.stderr),
            (1, "command line: policy each-link: Backup=maybe: wants yes or no\n"))


if __name__ == "__main__":
    PARSER = argparse.ArgumentParser(description=__doc__)
    PARSER.add_argument("--build", required=True, help="the configured build directory")
    PARSER.add_argument("--load-plugin", required=True, help="the program load-plugin")
    ARGUMENTS, REST = PARSER.parse_known_args()
    unittest.main(argv=[sys.argv[0], *REST])
