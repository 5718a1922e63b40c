# SPDX-License-Identifier: BSD-2-Clause
"""Real tables, made, read and checked by the tools of db5.3-util and lmdb-utils.

Keys and values are bytes as they stand in the table; text is taken as UTF-8. The
product's own code has no part in it.
"""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

Bytes = str | bytes
NUL = b"\0"
LMDB_MAGIC = (0xBEEFC0DE).to_bytes(4, sys.byteorder)


def as_bytes(text: Bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _hex_lines(records: Mapping[Bytes, Bytes], end: bytes) -> str:
    both = (as_bytes(text) + end for pair in records.items() for text in pair)
    return "".join(f" {one.hex()}\n" for one in both)


def make(path: Path, records: Mapping[Bytes, Bytes], kind: str = "hash", nul: bool = False,
         options: tuple[str, ...] = ()) -> Path:
    """A new table of kind hash, btree or lmdb; `nul`: keys and values end in a NUL, as
    postmap writes them."""
    lmdb = kind == "lmdb"
    header = "".join(f"{line}\n" for line in (
        "VERSION=3", "format=bytevalue", f"type={'btree' if lmdb else kind}", *options,
        "HEADER=END"))
    text = header + _hex_lines(records, NUL if nul else b"") + "DATA=END\n"
    if lmdb:
        _lmdb("mdb_load", "-n", path, input=text, check=True)
    else:
        subprocess.run(["db5.3_load", str(path)], input=text, text=True, check=True)
    return path


def is_lmdb(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(20)[16:] == LMDB_MAGIC


def _lmdb(tool: str, option: str, path: Path, **how) -> subprocess.CompletedProcess:
    """They lock by a file of their own beside the table."""
    done = subprocess.run([tool, option, str(path)], capture_output=True, text=True, **how)
    path.with_name(path.name + "-lock").unlink(missing_ok=True)
    return done


def records(path: Path) -> dict[bytes, bytes]:
    """What stands in the table, byte for byte."""
    if is_lmdb(path):
        dump = _lmdb("mdb_dump", "-n", path, check=True)
    else:
        dump = subprocess.run(["db5.3_dump", str(path)], capture_output=True, text=True,
                              check=True)
    body = dump.stdout.split("HEADER=END\n", 1)[1].split("DATA=END", 1)[0]
    cells = [bytes.fromhex(line) for line in body.splitlines()]
    return dict(zip(cells[::2], cells[1::2]))


def faults(path: Path) -> str:
    """What db5.3_verify, or mdb_stat, has to say against the table; "" = nothing."""
    if is_lmdb(path):
        verify = _lmdb("mdb_stat", "-nefff", path)
        return "" if verify.returncode == 0 else verify.stderr or "refused"
    verify = subprocess.run(["db5.3_verify", str(path)], capture_output=True, text=True)
    return "" if verify.returncode == 0 else verify.stderr or "refused"


def marker(address: str) -> bytes:
    return b"SAP:" + address.encode()


def statics(path: Path) -> dict[bytes, bytes]:
    """The administrator's records: without ours, which have a marker beside them."""
    found = records(path)
    leased = {key[len(b"SAP:"):] for key in found if key.startswith(b"SAP:")}
    return {key: value for key, value in found.items()
            if not key.startswith(b"SAP:") and key not in leased}


def opened(path: Path) -> set[str]:
    """The IPv4 clients that a record of ours lets relay: record and marker are there."""
    found = records(path)
    return {key.decode() for key, value in found.items()
            if value == b"RELAY" and marker(key.decode("latin-1")) in found}
