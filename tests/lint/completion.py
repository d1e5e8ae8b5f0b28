# SPDX-License-Identifier: BSD-3-Clause
"""Completion knows every command and every option that --help shows, where it belongs; and the
scripts are such that their shells take them.

completion.py SUBFLOWCTL"""

import re
import shutil
import subprocess
import sys

from docs import COMMANDS, OPTION, help_of

SHELLS = ("bash", "zsh", "fish")

#: Has bash complete a line as it would at a prompt, and prints the words it offers.
ASK_BASH = """
source /dev/stdin
COMP_WORDS=("$@")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt() { :; }
_subflowctl
printf '%s\\n' "${COMPREPLY[@]}"
"""

Tree = dict[tuple[str, ...], tuple[set[str], set[str]]]


def tree_of(subflowctl: str, *path: str) -> Tree:
    """For each command, by its words: its subcommands and its options."""
    said = help_of(subflowctl, *path)
    listed = COMMANDS.search(said)
    commands = set(re.findall(r"^  ([a-z]+)", listed[1], re.M)) if listed else set()
    tree: Tree = {path: (commands, set(OPTION.findall(said)))}
    for command in commands:
        tree |= tree_of(subflowctl, *path, command)
    return tree


def offered_by_bash(script: str, *words: str) -> set[str]:
    done = subprocess.run(["bash", "-c", ASK_BASH, "bash", "subflowctl", *words], input=script,
                          capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def check_bash(script: str, tree: Tree) -> list[str]:
    complaints = []
    for path, (commands, options) in tree.items():
        lacking = commands - offered_by_bash(script, *path, "")
        lacking |= options - offered_by_bash(script, *path, "-")
        complaints += [f"bash: '{' '.join(path)}' is not completed with {word}"
                       for word in sorted(lacking)]
    if offered_by_bash(script, "--color", "") != {"auto", "always", "never"}:
        complaints.append("bash: the values of --color are not offered")
    return complaints


def zsh_part(script: str, path: tuple[str, ...]) -> str:
    begin = script.index(f"        '{' '.join(path)}')\n")
    return script[begin:script.index(";;", begin)]


def check_zsh(script: str, tree: Tree) -> list[str]:
    return [f"zsh: '{' '.join(path)}' is not completed with {word}"
            for path, (commands, options) in tree.items()
            for word in sorted(commands | options) if f"'{word}:" not in zsh_part(script, path)]


def check_fish(script: str, tree: Tree) -> list[str]:
    lines = script.splitlines()
    complaints = []
    for path, (commands, options) in tree.items():
        head = f"complete -c subflowctl -n '__subflowctl_in \"{' '.join(path)}\"' "
        mine = [line[len(head):].split() for line in lines if line.startswith(head)]
        offered = {words[1] if words[0] == "-a" else "--" + words[1] for words in mine
                   if len(words) > 1}
        complaints += [f"fish: '{' '.join(path)}' is not completed with {word}"
                       for word in sorted((commands | options) - offered)]
    return complaints


def check_syntax(shell: str, script: str) -> list[str]:
    if shutil.which(shell) is None:
        return []
    done = subprocess.run([shell, "-n"], input=script, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [f"{shell}: {done.stderr}"]


def main() -> None:
    subflowctl = sys.argv[1]
    tree = tree_of(subflowctl)
    scripts = {shell: subprocess.run([subflowctl, "completion", shell], capture_output=True,
                                     text=True, check=True).stdout for shell in SHELLS}
    assert len(tree) > 10 and len(tree[()][1]) > 2, "found nothing to look for: the check is blind"
    complaints = [*check_bash(scripts["bash"], tree), *check_zsh(scripts["zsh"], tree),
                  *check_fish(scripts["fish"], tree)]
    for shell, script in scripts.items():
        complaints += check_syntax(shell, script)
    for complaint in complaints:
        print(complaint)
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
