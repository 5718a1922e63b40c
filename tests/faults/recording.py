# SPDX-License-Identifier: BSD-2-Clause
"""What commands do to the files below some folders, as strace saw it.

A recording starts with what is on the disk, taken as durable; each command adds its
operations (disk_states.Operation). That nothing was missed shows at the end: the
operations, all kept, must make what the disk holds by then (`differences`).
"""

import os
import re
import subprocess
import tempfile
from pathlib import Path

from .disk_states import Disk, File, Operation

CALLS = ("openat,write,pwrite64,writev,copy_file_range,lseek,ftruncate,renameat,renameat2,"
         "linkat,unlinkat,utimensat,fchown,fchmod,fsync,fdatasync,newfstatat")
LINE = re.compile(r"^\d+ +(\w+)\((.*)\) += (-?\d+)(?:<(.*)>)?")
HEX = re.compile(r"(?:\\x[0-9a-f]{2})+")
LONGEST = 1 << 20
NAMELESS = b"/#"


def plain(text: str) -> bytes:
    """What strace -xx printed of a path or a string."""
    return HEX.sub(lambda found: bytes.fromhex(found[0].replace("\\x", "")).decode("latin-1"),
                   text).encode("latin-1")


def split(arguments: str) -> list[str]:
    """At the commas outside brackets."""
    found, depth, start = [], 0, 0
    for i, letter in enumerate(arguments):
        depth += (letter in "[{(") - (letter in "]})")
        if letter == "," and depth == 0:
            found.append(arguments[start:i])
            start = i + 2
    return found + [arguments[start:]]


def path_behind(argument: str) -> str:
    """What -y says of a descriptor; a file without a name is called by its number."""
    path, _, deleted = argument.partition("<")[2].rpartition(">")
    return "" if deleted and NAMELESS not in plain(path) else plain(path).decode()


def descriptor(argument: str) -> int:
    return int(argument.partition("<")[0])


def string(argument: str) -> bytes:
    return plain(argument.strip('"'))


class Recording:
    def __init__(self, *folders: Path):
        self.folders = tuple(f"{folder}/" for folder in folders)
        self.done: list[Operation] = []
        self.numbers: dict[int, int] = {}  # a file's here -> its inode then
        self.now: dict[str, int] = {}
        self.offset: dict[int, int] = {}  # of each descriptor
        self.synced: set[int] = set()     # O_DSYNC
        self.ends: list[int] = []  # operations after each command
        self.start = self.look()
        self.now |= self.start.names
        self.after = self.start.copy()

    def look(self) -> Disk:
        disk = Disk({}, {})
        for folder in self.folders:
            for path in Path(folder).rglob("*"):
                if path.is_dir() and not path.is_symlink():
                    continue
                found = path.stat()
                number = len(disk.files) + 1
                disk.names[str(path)] = number
                disk.files[number] = File(path.read_bytes(), {
                    "mtime": found.st_mtime_ns, "mode": found.st_mode & 0o7777,
                    "owner": (found.st_uid, found.st_gid)})
                self.numbers.setdefault(number, found.st_ino)
        return disk

    def run(self, *command: str) -> subprocess.CompletedProcess:
        with tempfile.NamedTemporaryFile("r", encoding="ascii") as trace:
            done = subprocess.run(
                ["strace", "-f", "-y", "-xx", "-v", "-s", str(LONGEST), "-e", f"trace={CALLS}",
                 "-e", "signal=none", "-o", trace.name, *command],
                capture_output=True, text=True, cwd="/", timeout=60)
            for line in trace:
                found = LINE.match(line)
                if found and int(found[3]) >= 0:
                    self.note(found[1], split(found[2]), int(found[3]), found[4] or "")
        self.ends.append(len(self.done))
        return done

    def ours(self, path: str) -> bool:
        return path.startswith(self.folders)

    def add(self, **what) -> None:
        one = Operation(**what)
        self.done.append(one)
        self.after.apply(one)

    def name(self, names: dict[str, int | None]) -> None:
        for path, number in names.items():
            if number is None:
                self.now.pop(path, None)
            else:
                self.now[path] = number
        self.add(what="names", names=names)

    def note(self, call: str, arguments: list[str], result: int, opened: str) -> None:
        handler = getattr(self, f"on_{call}", None)
        if handler:
            handler(arguments, result, opened)

    def file(self, argument: str) -> int | None:
        return self.now.get(path_behind(argument))

    @staticmethod
    def join(folder: str, name: str) -> str:
        return os.path.join(path_behind(folder), string(name).decode())

    def on_openat(self, arguments, result, opened):
        path = plain(opened).decode()
        nameless = "O_TMPFILE" in arguments[2]
        if not self.ours(self.join(*arguments[0:2]) + "/" if nameless else path):
            return
        self.offset[result] = 0
        self.synced.discard(result)
        if "O_DSYNC" in arguments[2]:
            self.synced.add(result)
        if path in self.now:
            return
        number = max(self.numbers) + 1
        self.numbers[number] = 0
        if nameless:
            self.now[path] = number
            self.after.files[number] = File()
        elif "O_CREAT" in arguments[2]:
            self.after.files[number] = File()
            self.name({path: number})

    def on_newfstatat(self, arguments, _result, _opened):
        number = self.file(arguments[0]) if arguments[1] == '""' else None
        found = re.search(r"st_ino=(\d+)", arguments[2])
        if number and found:
            self.numbers[number] = int(found[1])

    def write(self, argument: str, at: int, data: bytes) -> None:
        number = self.file(argument)
        if not number:
            return
        self.add(what="write", file=number, at=at, data=data)
        if descriptor(argument) in self.synced:
            self.add(what="sync", file=number)

    def append(self, argument: str, data: bytes) -> None:
        """Where the descriptor stands."""
        at = self.offset.get(descriptor(argument), 0)
        self.offset[descriptor(argument)] = at + len(data)
        self.write(argument, at, data)

    def on_pwrite64(self, arguments, result, _opened):
        self.write(arguments[0], int(arguments[3]), string(arguments[1])[:result])

    def on_write(self, arguments, result, _opened):
        self.append(arguments[0], string(arguments[1])[:result])

    def on_writev(self, arguments, result, _opened):
        parts = re.findall(r'iov_base="([^"]*)"', arguments[1])
        self.append(arguments[0], b"".join(map(string, parts))[:result])

    def on_lseek(self, arguments, result, _opened):
        self.offset[descriptor(arguments[0])] = result

    def on_copy_file_range(self, arguments, result, _opened):
        source = self.file(arguments[0])
        if source and self.ours(path_behind(arguments[2])):
            at = self.offset.get(descriptor(arguments[2]), 0)
            self.append(arguments[2], self.after.files[source].data[at:at + result])

    def on_ftruncate(self, arguments, _result, _opened):
        if number := self.file(arguments[0]):
            self.add(what="size", file=number, at=int(arguments[1]))

    def on_renameat(self, arguments, _result, _opened):
        old, new = self.join(*arguments[0:2]), self.join(*arguments[2:4])
        if self.ours(old) and "EXCHANGE" in arguments[-1]:
            self.name({old: self.now[new], new: self.now[old]})
        elif self.ours(old):
            self.name({new: self.now[old], old: None})

    on_renameat2 = on_renameat

    def on_linkat(self, arguments, _result, _opened):
        new = self.join(*arguments[2:4])
        if number := self.file(arguments[0]):
            self.name({new: number})

    def on_unlinkat(self, arguments, _result, _opened):
        path = self.join(*arguments[0:2])
        if self.ours(path):
            self.name({path: None})

    def stamp(self, number: int | None, what: str, value) -> None:
        if number:
            self.add(what="stamp", file=number, stamp=(what, value))

    def on_utimensat(self, arguments, _result, _opened):
        path = path_behind(arguments[0])
        if arguments[1] != "NULL" and arguments[1] != '""':
            path = self.join(*arguments[0:2])
        when = re.findall(r"tv_sec=(\d+), tv_nsec=(\d+)", arguments[2])
        if when:
            self.stamp(self.now.get(path), "mtime", int(when[-1][0]) * 10**9 + int(when[-1][1]))

    def on_fchown(self, arguments, _result, _opened):
        number = self.file(arguments[0])
        if not number:
            return
        old = self.after.files[number].stamp.get("owner", (0, 0))
        given = map(int, arguments[1:3])
        self.stamp(number, "owner", tuple(new if new >= 0 else was
                                          for new, was in zip(given, old)))

    def on_fchmod(self, arguments, _result, _opened):
        self.stamp(self.file(arguments[0]), "mode", int(arguments[1], 8))

    def on_fsync(self, arguments, _result, _opened):
        path = path_behind(arguments[0])
        if path + "/" in self.folders or self.ours(path) and os.path.isdir(path):
            self.add(what="sync", folder=path)
        elif number := self.now.get(path):
            self.add(what="sync", file=number)

    on_fdatasync = on_fsync

    def differences(self) -> list[str]:
        """What the disk holds and the operations do not make, or the other way round."""
        found, made = self.look(), self.after
        names = {*found.names, *made.names}
        return sorted(name for name in names if found.content(name) != made.content(name))
