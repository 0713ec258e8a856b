"""Many files to what is stored of them, on every core."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.errors import InputError
from domain.imaging.deidentify import Deidentifier
from domain.imaging.frames import PreparedInstance, prepare_instance
from domain.processes import process_pool

_WORTH_A_POOL = 64
# Every pool's processes are forked from one that has done the imports, a second each, already.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Unusable:
    """A file whose header was good and whose picture was not; `reason` is a sentence."""

    reason: str


@dataclass(frozen=True)
class _PrepareWith:
    deidentifier: Deidentifier

    def __call__(self, path: Path) -> PreparedInstance | Unusable:
        try:
            return prepare_instance(path, self.deidentifier)
        except InputError as error:
            return Unusable(error.sentence)


def prepare_instances(
    paths: Sequence[Path], deidentifier: Deidentifier
) -> Iterator[PreparedInstance | Unusable]:
    """`prepare_instance` of each path, in order; an unusable file is no reason to stop."""
    prepare = _PrepareWith(deidentifier)
    cores = os.cpu_count() or 1
    # A daemonic process (a worker of some pools) may not have children of its own.
    if cores == 1 or len(paths) < _WORTH_A_POOL or multiprocessing.current_process().daemon:
        yield from map(prepare, paths)
        return
    with process_pool(cores, _PROCESSES) as pool:
        yield from pool.map(prepare, paths, chunksize=16)
