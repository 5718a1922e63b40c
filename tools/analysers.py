# SPDX-License-Identifier: BSD-2-Clause
"""analysers - gcc -fanalyzer, clang-tidy and cppcheck over the product's files.

    analysers.py FOLDER

FOLDER/gcc and FOLDER/clang have a compile_commands.json each: clang-tidy does not take
gcc's options. Prints what is found and one line of figures; exits 1 when there is anything.

An analyser that is missing, crashes, or cannot read a file has not found "nothing". So each
is first given a fault that it must find, with the options of the product's own files; any
exit status but 0 is a finding; and the files that it looked at must be all.
"""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
JOBS = 2
# Its leaks are false where a caller's struct takes what was allocated (gcc 12); leaks are
# looked for by LeakSanitizer and valgrind.
GCC_OPTIONS = ["-fanalyzer", "-Wno-analyzer-malloc-leak", "-fdiagnostics-color=never",
               "-S", "-o", "/dev/null"]
# Of the build: where it would put what it makes, and how many words follow.
OUTPUT_OPTIONS = {"-o": 1, "-MQ": 1, "-MF": 1, "-MD": 0, "-c": 0}
CPPCHECK = ["cppcheck", "-j", str(JOBS), "--enable=warning,performance,portability,style",
            f"--suppressions-list={ROOT}/tools/cppcheck-suppressions",
            "--template={file}:{line}:{column}: {severity}: {message} [{id}]"]
FINDING = re.compile(
    r"^\S+:\d+(?::\d+)?: (?:warning|(?:fatal )?error|style|performance|portability|information)"
    r"|^Error while processing|^error: ")
CHECKING = re.compile(r"^Checking (.*?\.c)(?::? .*)? ?\.\.\.$", re.MULTILINE)
BAIT = """\
#include <stddef.h>
int bait(int yes);
int bait(int yes)
{
	int *nowhere = NULL;

	return yes ? *nowhere : 0;
}
"""


class Look(NamedTuple):
    """What an analyser has looked at, and what it said of it."""
    files: set[Path]
    findings: list[str]


class Analyser(NamedTuple):
    name: str
    database: str  # the folder with its compile_commands.json
    look: Callable[[Path], Look]
    finds: str  # in BAIT


def entries(database: Path) -> list[dict]:
    return json.loads((database / "compile_commands.json").read_text(encoding="utf-8"))


def path_of(entry: dict) -> Path:
    return Path(entry["directory"], entry["file"]).resolve()


def run(command: list[str], cwd: Path) -> tuple[str, list[str]]:
    """What it wrote, and the findings in that; not to end well is one."""
    try:
        done = subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, errors="replace", check=False)
    except OSError as error:
        return "", [f"{command[0]}: {error}"]
    findings = [line for line in done.stdout.splitlines() if FINDING.search(line)]
    if done.returncode and not findings:
        last = done.stdout.strip().splitlines()[-1:] or ["nothing"]
        findings = [f"{shlex.join(command)}: exit status {done.returncode}: {last[0]}"]
    return done.stdout, findings


def each(commands: Iterable[tuple[Path, list[str]]], cwd: Path) -> Look:
    """A process for each file. Whoever ends with 0 has read it."""
    with ThreadPoolExecutor(JOBS) as pool:
        found = list(pool.map(lambda one: (one[0], run(one[1], cwd)[1]), commands))
    return Look({path for path, _ in found}, [line for _, lines in found for line in lines])


def gcc_command(entry: dict) -> list[str]:
    kept, words = [], iter(shlex.split(entry["command"]))
    for word in words:
        if word not in OUTPUT_OPTIONS:
            kept.append(word)
        for _ in range(OUTPUT_OPTIONS.get(word, 0)):
            next(words)
    return kept + GCC_OPTIONS


def gcc(database: Path) -> Look:
    return each(((path_of(entry), gcc_command(entry)) for entry in entries(database)),
                Path(entries(database)[0]["directory"]))


def clang_tidy(database: Path) -> Look:
    options = ["-p", str(database), "--quiet", f"--config-file={ROOT}/.clang-tidy"]
    return each(((path, ["clang-tidy", *options, str(path)])
                 for path in sorted({path_of(entry) for entry in entries(database)})), database)


def cppcheck(database: Path) -> Look:
    said, findings = run([*CPPCHECK, f"--project={database}/compile_commands.json"], database)
    return Look({(database / path).resolve() for path in CHECKING.findall(said)}, findings)


ANALYSERS = (
    Analyser("gcc -fanalyzer", "gcc", gcc, "[-Wanalyzer-null-dereference]"),
    Analyser("clang-tidy", "clang", clang_tidy, "[clang-analyzer-core.NullDereference]"),
    Analyser("cppcheck", "clang", cppcheck, "[nullPointer]"),
)


def bait(database: Path) -> Path:
    """A database of one file, BAIT, built as the first one of the product's."""
    folder = database / "bait"
    folder.mkdir(exist_ok=True)
    file = folder / "bait.c"
    file.write_text(BAIT, encoding="utf-8")
    entry = entries(database)[0]
    command = shlex.join(str(file) if word == entry["file"] else word
                         for word in shlex.split(entry["command"]))
    (folder / "compile_commands.json").write_text(
        json.dumps([entry | {"command": command, "file": str(file)}]), encoding="utf-8")
    return folder


def blind(analyser: Analyser, database: Path) -> list[str]:
    found = analyser.look(bait(database)).findings
    if any(analyser.finds in line for line in found):
        return []
    return [f"{analyser.name} does not find a fault that is known: {found or 'nothing'}"]


def findings_of(analyser: Analyser, folder: Path) -> list[str]:
    database = folder / analyser.database
    found = blind(analyser, database)
    if found:
        return found
    look = analyser.look(database)
    missed = {path_of(entry) for entry in entries(database)} - look.files
    return look.findings + [f"{analyser.name} did not look at {path}" for path in sorted(missed)]


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    found = sorted({line for analyser in ANALYSERS for line in findings_of(analyser, folder)})
    for line in found:
        print(line)
    files = {path_of(entry) for entry in entries(folder / "gcc")}
    print(f"figure: analysers: {len(files)} files, each by {len(ANALYSERS)}, "
          f"{len(found)} findings")
    return int(bool(found) or not files)


if __name__ == "__main__":
    sys.exit(main())
