# SPDX-License-Identifier: BSD-2-Clause
"""Lets one fuzzer look for new inputs, for SAP_FUZZ_SECONDS (60).

    minute.py NAME PROGRAM

It begins with the kept inputs, in a folder of its own: nothing is written into the source
tree. What it finds is copied beside the program, with the line that keeps it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(os.environ["SAP_SOURCE"]) / "tests/fuzz"
LONGEST = {"lmdb": 40000, "login": 4096, "settings": 4096}


def command(name: str, program: Path, corpus: Path, seconds: int) -> list[str]:
    """The first folder is the one that new inputs go to."""
    kept = [folder for folder in (HERE / "corpus" / name, HERE / "crashes" / name)
            if folder.is_dir()]
    words = HERE / f"{name}.dict"
    return [str(program), f"-max_total_time={seconds}", "-print_final_stats=1", "-timeout=10",
            "-rss_limit_mb=2048", f"-max_len={LONGEST.get(name, 1024)}", "-verbosity=0",
            f"-artifact_prefix={program.parent}/{name}-",
            *([f"-dict={words}"] if words.exists() else []), str(corpus), *map(str, kept)]


def main(name: str, program: Path) -> int:
    seconds = int(os.environ.get("SAP_FUZZ_SECONDS", "60"))
    corpus = Path(tempfile.mkdtemp(prefix=f"sap-fuzz-{name}-"))
    begin = time.monotonic()
    try:
        done = subprocess.run(command(name, program, corpus, seconds), check=False,
                              capture_output=True, text=True, errors="backslashreplace")
    finally:
        shutil.rmtree(corpus)
    inputs = re.search(r"^stat::number_of_executed_units: +(\d+)$", done.stderr, re.MULTILINE)
    if done.returncode != 0 or not inputs or int(inputs[1]) == 0:
        print(done.stderr[-20000:])
        print(f"{name}: a fault; keep its input as tests/fuzz/crashes/{name}/WHAT-IT-IS")
        return 1
    print(f"figure: fuzz {name}: {inputs[1]} inputs in {time.monotonic() - begin:.0f} s, "
          "no fault")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]).resolve()))
