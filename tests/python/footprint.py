"""What a process holds, to see that calls leave nothing behind. SBX_FULL=1: ten times as many, and weighed as well."""

from __future__ import annotations

import gc
import os
import re
import sys
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

FULL = bool(os.environ.get("SBX_FULL"))
CALLS = 10_000 if FULL else 1000


@dataclass
class Footprint:
    """Blocks of Python's allocator, bytes of it, bytes of the process, and open descriptors."""

    blocks: int
    traced: int
    resident: int
    descriptors: int

    @classmethod
    def now(cls) -> Footprint:
        """What is held when all garbage is gone. In the full form the first one begins to trace memory."""
        if FULL and not tracemalloc.is_tracing():
            tracemalloc.start()
        re.purge()  # the recorder's parser of bodies keeps a pattern of each boundary
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        opened = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        return cls(
            sys.getallocatedblocks(), tracemalloc.get_traced_memory()[0], pages * os.sysconf("SC_PAGESIZE"), opened
        )

    def assert_no_more_than(self, before: Footprint) -> None:
        """One block of each call is more, or one of the library's that is not small, and so are five descriptors."""
        print({name: getattr(self, name) - getattr(before, name) for name in self.__dataclass_fields__})
        assert self.blocks - before.blocks < CALLS * 9 // 10
        assert self.descriptors <= before.descriptors + 4
        if FULL:
            assert self.traced - before.traced < CALLS * 16
            assert self.resident - before.resident < CALLS * 400
