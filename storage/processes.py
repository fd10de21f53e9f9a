"""Processes that must not outlive the one that started them."""

import ctypes
import multiprocessing
import os
import signal

PR_SET_PDEATHSIG = 1


def end_with_parent(how: signal.Signals = signal.SIGTERM, parent: int | None = None) -> None:
    """Have the kernel send `how` to this process when its parent ends, however it ends (Linux; elsewhere nothing).

    `parent` is who it was started by, where known: had that one ended before this call, nobody would be left to
    wait for, and this process ends itself.
    """
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is None:
        return
    prctl(PR_SET_PDEATHSIG, int(how))
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def end_with_server() -> None:
    """The same for a server's worker process, which the server's main process started."""
    started_by = multiprocessing.parent_process()
    end_with_parent(signal.SIGKILL, started_by.pid if started_by else None)
