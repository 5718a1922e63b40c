# SPDX-License-Identifier: BSD-2-Clause
"""What must be right when a crowd stands still, before and after the next run of the timer.

Before it only where nobody but us rebuilds the table: what a rebuild forgot is put back by it.
All else must not need it.
"""

from cli import table
from race.clients import KEPT
from race.crowd import Crowd, records


def faults(crowd: Crowd) -> list[str]:
    found = [] if crowd.is_rebuilt else _wrong(crowd, "before the timer")
    done = crowd.place.sapdb("expire")
    if done.returncode != 0 or done.stderr:
        found.append(f"expire ended with {done.returncode}: {done.stderr}")
    return found + _wrong(crowd, "after the timer")


def _wrong(crowd: Crowd, when: str) -> list[str]:
    now = records(crowd.place.map)
    checks = _leases(crowd, now) | _records(crowd, now) | {
        "verified": (table.faults(crowd.place.map), ""),
        "the map's folder": (crowd.place.beside(), []),
        "note": ((crowd.place.state / "commit.lock").read_bytes()[:1] or b"\n", b"\n"),
        "seal": ((crowd.place.run / "seal").exists(), True),
    }
    return [f"{when}, {name}: {got!r}, not {want!r}"
            for name, (got, want) in checks.items() if got != want]


def _leases(crowd: Crowd, now: dict[bytes, bytes]) -> dict:
    live = crowd.place.leases("active")
    queued = set().union(*(crowd.place.leases(folder) for folder in (
        "pending", "deferred", "ending", "settled")))
    return {
        "clients that were renewed all the time": (set(KEPT) - live, set()),
        "records of ours": (table.opened(crowd.place.map), live),
        "markers": ({key for key in now if key.startswith(b"SAP:")},
                    {table.marker(address) for address in live}),
        "leases elsewhere": (queued, set()),
    }


def _records(crowd: Crowd, now: dict[bytes, bytes]) -> dict:
    """A rebuild forgets the records that came by `sapdb insert` before its end, and no
    others."""
    statics = {key: value for key, value in now.items()
               if not key.startswith(b"SAP:") and table.marker(key.decode()) not in now}
    edits = {key: value for key, value in statics.items() if key.startswith(b"host")}
    checks = {
        "static records": ({key: value for key, value in statics.items() if key not in edits},
                           crowd.statics),
        "inserted and lost": (dict(crowd.edits.items() - edits.items()), {}),
        "deleted and there": (crowd.deleted & edits.keys(), set()),
        "not as inserted": ({key: value for key, value in edits.items()
                             if value != b"550 " + key[len("host"):-len(".example")]}, {}),
    }
    if not crowd.rebuild:
        checks["inserted"] = (edits, crowd.edits)
    return checks
