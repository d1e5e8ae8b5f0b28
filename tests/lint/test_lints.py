# SPDX-License-Identifier: BSD-3-Clause
"""The lints find what they are there to find."""

import pathlib

import pytest

import docs
import includes
import sizes
import spdx

LICENCE = "// SPDX-License-Identifier: BSD-3-Clause\n"


@pytest.fixture
def tree(tmp_path: pathlib.Path) -> pathlib.Path:
    """A tree with nothing to complain about."""
    write(tmp_path, "include/subflowd/ids.hpp", "#include <cstdint>\n")
    write(tmp_path, "daemon/core/engine.cpp",
          '#include "core/engine.hpp"\n#include <subflowd/ids.hpp>\n#include <vector>\n')
    write(tmp_path, "daemon/netlink/socket.cpp", '#include "core/engine.hpp"\n#include <thread>\n')
    write(tmp_path, "daemon/dbus/bus.cpp", "#include <sdbus-c++/sdbus-c++.h>\n")
    write(tmp_path, "daemon/runtime/wiring.cpp", '#include "netlink/socket.hpp"\n')
    write(tmp_path, "plugins/mesh/mesh.cpp", '#include "mesh.hpp"\n#include <subflowd/ids.hpp>\n')
    for path in list(tmp_path.rglob("*.?pp")):
        build = path.parent / "meson.build"
        build.write_text(f"# {LICENCE[3:]}files('{path.name}')\n", encoding="utf-8")
    return tmp_path


def write(root: pathlib.Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(LICENCE + text, encoding="utf-8")


def test_a_good_tree_passes(tree):
    assert includes.check(tree) == []
    assert spdx.check(tree) == []
    assert sizes.check(tree) == []


@pytest.mark.parametrize("name, text, complaint", [
    ("include/subflowd/ids.hpp", '#include "core/engine.hpp"', "include/ uses"),
    ("include/subflowd/ids.hpp", "#include <spdlog/spdlog.h>", "include/ uses"),
    ("daemon/core/engine.cpp", "#include <thread>", "daemon/core uses"),
    ("daemon/core/engine.cpp", "#include <sys/socket.h>", "daemon/core uses"),
    ("daemon/core/engine.cpp", "#include <linux/mptcp.h>", "daemon/core uses"),
    ("daemon/core/engine.cpp", '#include "netlink/socket.hpp"', "daemon/core uses"),
    ("daemon/core/engine.cpp", "auto now = std::chrono::steady_clock::now();", "reads a clock"),
    ("daemon/netlink/socket.cpp", '#include "config/load.hpp"', "adapters do not know"),
    ("daemon/netlink/socket.cpp", '#include "runtime/wiring.hpp"', "adapters do not know"),
    ("daemon/runtime/wiring.cpp", "#include <sdbus-c++/sdbus-c++.h>", "only daemon/dbus"),
    ("plugins/mesh/mesh.cpp", '#include "core/engine.hpp"', "a policy uses"),
    ("plugins/mesh/mesh.cpp", "#include <unistd.h>", "a policy uses"),
    ("daemon/netlink/orphan.cpp", "", "no build file names it"),
])
def test_a_wrong_include_is_found(tree, name, text, complaint):
    write(tree, name, text + "\n")
    complaints = includes.check(tree)
    assert len(complaints) == 1, complaints
    assert complaints[0].startswith(name)
    assert complaint in complaints[0]


def test_a_file_without_a_licence_is_found(tree):
    (tree / "daemon/core/engine.cpp").write_text("int x;\n", encoding="utf-8")
    assert [c.split(":")[0] for c in spdx.check(tree)] == ["daemon/core/engine.cpp"]


def test_a_file_that_grew_too_large_is_found(tree):
    write(tree, "daemon/core/engine.cpp", "\n" * 500)
    assert any(c.startswith("daemon/core/engine.cpp: 501 lines") for c in sizes.check(tree))


def test_a_word_that_the_manual_lacks_is_found():
    text = "*--bus* _ADDRESS_\n\n_Mode=_\n\tUserspace.\n"
    assert docs.lacking("option", "page", text, {"--bus"}) == []
    assert docs.lacking("key", "page", text, {"Mode"}, "\n_{}=_\n") == []
    assert docs.lacking("option", "page", text, {"--bus", "--json"}) == [
        "man/page.scd: option --json is not in it"]
    assert docs.lacking("option", "page", text, set()) != [], "nothing to look for is no success"
