# SPDX-License-Identifier: BSD-2-Clause
"""The first command on a new host: it makes the state folders and a table of our own.

Under a umask that shuts everybody else out, as a daemon may have it: what is to be seen
by others is opened to them by a second call, and a kill may come between.
"""

import shutil
import subprocess

from cli import table
from cli.place import Place
from faults import injected
from faults.works import NAME

ADDRESS = "198.51.100.7"
UMASK = 0o077


class FirstRun:
    label = "a first run"
    fewest = 255
    wanders = 0
    has_spares = False

    def __init__(self, _spare: bool, kind: str):
        self.place = Place(mta="exim")
        self.place.map = self.place.state / "map" / "relay.db"
        self.place.configure(map=f"{kind}:{self.place.map}", max_leases="5")
        self.set_up()
        self.heal_by_commands()
        self.wanted = self.modes()

    def close(self) -> None:
        self.place.close()

    def set_up(self) -> None:
        for folder in (self.place.state, self.place.run):
            shutil.rmtree(folder, ignore_errors=True)

    def words(self, *words: str) -> list[str]:
        return [str(self.place.sapdb_path), "-c", str(self.place.conf), *words]

    def run(self, n: int, action: str) -> injected.Injected:
        return injected.run(self.words("expire"), n, action, umask=UMASK)

    def modes(self) -> dict[str, str]:
        """Of all that is there."""
        found = {}
        for top in (self.place.state, self.place.run):
            for path in (top, *top.rglob("*")):
                found[str(path.relative_to(self.place.root))] = oct(path.lstat().st_mode)
        return found

    def is_done(self) -> bool:
        return table.records(self.place.map) == {}

    def calls(self) -> list[str]:
        """Only that there are enough."""
        self.set_up()
        names = NAME.findall(self.run(0, "list").err)
        if len(names) < self.fewest:
            raise AssertionError(f"{self.label}: {names}")
        return names

    def faults_now(self) -> list[str]:
        """There is no table yet, or a whole one."""
        broken = table.faults(self.place.map) if self.place.map.exists() else ""
        return [f"the table: {broken}"] if broken else []

    def settle(self) -> None:
        """Nothing is lost by a run that did not come to its end."""

    def heal_by_commands(self) -> list[str]:
        """The next run of the timer, and that the table is of use then."""
        found = []
        for words in (("expire",), ("grant", ADDRESS), ("revoke", ADDRESS)):
            done = subprocess.run(self.words(*words), capture_output=True, text=True,
                                  umask=UMASK, check=False)
            if done.returncode != 0:
                found.append(f"{words[0]} ended with {done.returncode}: {done.stderr}")
        return found

    def heal(self) -> list[str]:
        found = self.heal_by_commands() + self.faults_now()
        is_now = self.modes()
        differ = {name for name in self.wanted.keys() | is_now.keys()
                  if self.wanted.get(name) != is_now.get(name)}
        return found + [f"{name}: {is_now.get(name)}, not {self.wanted.get(name)}"
                        for name in sorted(differ)]
