"""Pools of processes that end with the process that opened them."""

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import BaseContext


def process_pool(processes: int, context: BaseContext) -> ProcessPoolExecutor:
    """An executor of `processes` processes started by `context` (forkserver or spawn).

    A plain executor's processes wait for work for ever where their parent was killed, as each holds
    the writing end of the queue that it reads from.
    """
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None  # the initializer runs in a child

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, name="end with parent", daemon=True).start()
