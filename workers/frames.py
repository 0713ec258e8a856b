"""Many stored frames -> pixels, on every core.

The decoder holds the interpreter's lock (300 frames of 256 x 256 took 0.65 s in one thread and in
two), so frames are decoded by processes beside the worker, where a worker may have children. Of
those 0.65 s the worker itself then spends 0.06, so a GPU among many cores does not wait for pixels.
What a damaged frame does to a decoder does not reach the worker either. Nothing here knows Django,
so that those processes start quickly.
"""

import atexit
import multiprocessing
import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import numpy as np

from domain.imaging import decode_frame
from domain.processes import process_pool
from workers.cmrclip.pixels import Pixels

# A JPEG-LS stream, and of its DICOM JSON what `decode_frame` reads.
Frame = tuple[bytes, Mapping[str, Any]]
SAMPLES = ("00280010", "00280011", "00280100", "00280103")
_WORTH_A_POOL = 64
_AT_ONCE = 16
_pool: ProcessPoolExecutor | None = None
_pool_lock = threading.Lock()


def decode_frames(frames: Sequence[Frame]) -> list[Pixels]:
    """The pixels of every frame in order, (rows, columns) of uint16, or int16 where signed.

    Raises InputError for a damaged frame, and OSError where a decoding process was killed.
    """
    # A daemonic process (a worker of a forking pool) may not have children of its own.
    if len(frames) < _WORTH_A_POOL or multiprocessing.current_process().daemon:
        return [decode_one(frame) for frame in frames]
    try:
        return list(_decoders().map(decode_one, frames, chunksize=_AT_ONCE))
    except BrokenProcessPool as cause:
        _stop_decoders()
        raise OSError("A decoding process ended before its time.") from cause


def decode_one(frame: Frame) -> Pixels:
    """The pixels of one frame. Raises InputError where it is damaged."""
    image = decode_frame(*frame)
    # Eight bits are widened, so that the frames of a stack fit together.
    if image.dtype.kind == "i":
        return image.astype(np.int16, copy=False)
    return image.astype(np.uint16, copy=False)


def _decoders() -> ProcessPoolExecutor:
    global _pool
    with _pool_lock:
        if _pool is None:
            # Not a fork: that would copy the threads' locks of a process that has used torch.
            context = multiprocessing.get_context("forkserver")
            _pool = process_pool(os.cpu_count() or 1, context)
            atexit.register(_stop_decoders)
        return _pool


def _stop_decoders() -> None:
    global _pool
    with _pool_lock:
        if _pool is not None:
            _pool.shutdown(wait=False, cancel_futures=True)
            _pool = None
