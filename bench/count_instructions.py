# SPDX-License-Identifier: BSD-3-Clause
"""Fails if the life of a connection (six events, one command and its answer, from bytes to bytes)
takes more instructions than it should.

Usage: count_instructions.py HOT_PATH
"""
import re
import subprocess
import sys

#: A tenth above what was measured with g++ 12 at -O2. Whoever makes the path longer for a reason
#: raises it, and says why.
MOST = 32_000
FEW, MANY = 1000, 3000


def instructions(program: str, connections: int) -> int:
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, str(connections)],
        capture_output=True, text=True, check=False)
    counted = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not counted:
        sys.exit(f"{program} {connections} failed:\n{run.stdout}{run.stderr}")
    return int(counted[1])


def main() -> None:
    (program,) = sys.argv[1:]
    few, many = (instructions(program, count) for count in (FEW, MANY))
    each = (many - few) // (MANY - FEW)
    print(f"{each} instructions for the life of a connection, {MOST} at the most")
    if each > MOST:
        sys.exit("the hot path has become longer: callgrind_annotate shows where")


main()
