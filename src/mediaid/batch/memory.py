"""Memory that has been freed is kept for the next array.

glibc gives every large array fresh pages and takes them back when it is freed; the kernel then
clears them again for the next one, which costs a batch as much time as the arithmetic. numpy's
request for huge pages makes each of them dearer still for arrays that live a moment. Polars brings
an allocator of its own, jemalloc, that gives pages back after half a second; ten are longer than
the work on any piece, and not so long that what one step has used is still there in the last.
"""

from __future__ import annotations

import contextlib
import os
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_LARGEST_ARRAY = 32 << 20
"""The most glibc accepts as a threshold: larger arrays still come and go as pages."""
_PADDING = 128 << 20
_JEMALLOC = "dirty_decay_ms:10000,muzzy_decay_ms:10000"


def keep_freed_memory() -> None:
    """Tell the allocators, before numpy and Polars are imported; glibc's where there is one."""
    os.environ.setdefault("NUMPY_MADVISE_HUGEPAGE", "0")
    os.environ.setdefault("_RJEM_MALLOC_CONF", _JEMALLOC)
    if not sys.platform.startswith("linux"):
        return
    import ctypes  # noqa: PLC0415 - only a batch needs it

    with contextlib.suppress(OSError, AttributeError):
        tune = ctypes.CDLL(None).mallopt
        tune(_MMAP_THRESHOLD, _LARGEST_ARRAY)
        tune(_TRIM_THRESHOLD, 2**31 - 1)
        tune(_TOP_PAD, _PADDING)
