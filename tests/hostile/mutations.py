# SPDX-License-Identifier: BSD-2-Clause
"""Tables of Berkeley DB and LMDB, damaged: by chance, and where it hurts.

    for label, content in Mutations(sound, kind, seed).all(2000): ...

First what an attacker would try (cut files, foreign versions, huge numbers in heads,
chains of pages that lead into themselves), then bytes and pages changed at random. The
same seed makes the same files.
"""

import random
import struct
from collections.abc import Iterator

WORDS = (0, 1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
HALVES = (0, 1, 4, 0x7FFF, 0xFFFF)
# Of a page of Berkeley DB: number, chains, entries, offsets; then the indices.
PAGE_WORDS, PAGE_HALVES, PAGE_KIND = (8, 12, 16), (20, 22, 26, 28, 30, 32), 25
HEAD_WORDS = range(8, 228, 4)
# Of a page of LMDB, behind its number; its two heads are whole pages.
LMDB_WORDS, LMDB_HALVES = (0, 4), (8, 10, 12, 14, 16, 18, 20)
LMDB_HEAD = range(16, 136, 4)
PAGE = 4096

Mutation = tuple[str, bytes]


def page_size(sound: bytes, kind: str) -> int:
    return PAGE if kind == "lmdb" else struct.unpack_from("=I", sound, 20)[0]


class Mutations:
    def __init__(self, sound: bytes, kind: str, seed: int):
        self.sound = sound
        self.kind = kind
        self.page = page_size(sound, kind)
        self.pages = len(sound) // self.page
        self.chance = random.Random(f"{kind} {seed}")

    def put(self, at: int, form: str, value: int) -> bytes:
        content = bytearray(self.sound)
        struct.pack_into(form, content, at, value)
        return bytes(content)

    def cut(self) -> Iterator[Mutation]:
        sizes = {0, 1, 12, 20, 71, 72, 511, 512, len(self.sound) - 1}
        for page in range(1, self.pages):
            sizes |= {page * self.page - 1, page * self.page, page * self.page + 1}
        for size in sorted(sizes):
            yield f"cut to {size}", self.sound[:size]
        yield "with a page more", self.sound + bytes(self.page)
        yield "with a page of rubbish more", self.sound + self.chance.randbytes(self.page)

    def heads(self) -> Iterator[Mutation]:
        offsets = ([page + at for page in (0, PAGE) for at in LMDB_HEAD]
                   if self.kind == "lmdb" else HEAD_WORDS)
        for at in offsets:
            (now,) = struct.unpack_from("=I", self.sound, at)
            swapped = int.from_bytes(struct.pack("=I", now)[::-1], "little")
            for value in (*WORDS, (now + 1) & 0xFFFFFFFF, (now - 1) & 0xFFFFFFFF, swapped):
                yield f"head: {at} is {value:#x}", self.put(at, "=I", value)

    def versions(self) -> Iterator[Mutation]:
        at = 20 if self.kind == "lmdb" else 16
        for version in range(20):
            yield f"version {version}", self.put(at, "=I", version)

    def chains(self) -> Iterator[Mutation]:
        """Each number of a page, so that free lists and overflow chains are met too."""
        words, halves = ((LMDB_WORDS, LMDB_HALVES) if self.kind == "lmdb"
                         else (PAGE_WORDS, PAGE_HALVES))
        for page in range(1 if self.kind != "lmdb" else 2, self.pages):
            base = page * self.page
            for at in words:
                for value in (page, page - 1, self.chance.randrange(self.pages), 0xFFFFFFFF):
                    yield f"page {page}: {at} is {value}", self.put(base + at, "=I", value)
            for at in halves:
                value = self.chance.choice(HALVES)
                yield f"page {page}: {at} is {value}", self.put(base + at, "=H", value)
            if self.kind != "lmdb":
                yield f"page {page}: its kind", self.put(base + PAGE_KIND, "=B",
                                                         self.chance.randrange(16))

    def by_chance(self) -> Iterator[Mutation]:
        while True:
            content = bytearray(self.sound)
            how = self.chance.randrange(6)
            if how == 0:
                self._pages(content)
            for _ in range(0 if how == 0 else self.chance.choice((1, 1, 1, 2, 4, 16))):
                at = self._place() if how < 4 else self.chance.randrange(len(content))
                content[at] ^= 1 << self.chance.randrange(8) if how % 2 else \
                    self.chance.randrange(1, 256)
            yield f"by chance, way {how}", bytes(content)

    def _place(self) -> int:
        """Where there is structure: at the beginning of a page."""
        return self.chance.randrange(self.pages) * self.page + self.chance.randrange(160)

    def _pages(self, content: bytearray) -> None:
        """One page is another's, or nothing."""
        to, source = (self.chance.randrange(self.pages) * self.page for _ in range(2))
        content[to:to + self.page] = (bytes(self.page) if self.chance.random() < 0.3
                                      else self.sound[source:source + self.page])

    def all(self, count: int) -> Iterator[Mutation]:
        """So many: what is made on purpose first, of which more than half is drawn when
        there is too much of it."""
        aimed = [*self.cut(), *self.versions(), *self.heads(), *self.chains()]
        most = count * 2 // 3
        yield from aimed if len(aimed) <= most else self.chance.sample(aimed, most)
        random_ones = self.by_chance()
        for _ in range(count - min(len(aimed), most)):
            yield next(random_ones)
