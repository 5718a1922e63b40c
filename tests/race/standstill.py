# SPDX-License-Identifier: BSD-2-Clause
"""What must be right when a crowd stands still, after the next run of the timer."""

from cli import table
from race.clients import KEPT
from race.crowd import Crowd, records


def faults(crowd: Crowd) -> list[str]:
    done = crowd.place.sapdb("expire")
    found = [] if done.returncode == 0 and not done.stderr else [
        f"expire ended with {done.returncode}: {done.stderr}"]
    now = records(crowd.place.map)
    checks = _leases(crowd, now) | _records(crowd, now) | {
        "db5.3_verify": (table.faults(crowd.place.map), ""),
        "the map's folder": (crowd.place.beside(), []),
        "note": ((crowd.place.state / "commit.lock").read_bytes()[:1] or b"\n", b"\n"),
        "seal": ((crowd.place.run / "seal").exists(), True),
    }
    return found + [f"{name}: {got!r}, not {want!r}"
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
    """A rebuild forgets the records that came by `sapdb insert`, and no others."""
    statics = {key: value for key, value in now.items()
               if not key.startswith(b"SAP:") and table.marker(key.decode()) not in now}
    edits = {key: value for key, value in statics.items() if key.startswith(b"host")}
    rest = {key: value for key, value in statics.items() if key not in edits}
    if not crowd.rebuild:
        return {"static records": (rest, crowd.statics), "inserted": (edits, crowd.edits)}
    strange = {key: value for key, value in edits.items()
               if value != b"550 " + key[len("host"):-len(".example")]}
    return {"static records": (rest, crowd.statics), "inserted": (strange, {})}
