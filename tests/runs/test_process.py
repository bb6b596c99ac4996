"""Alive or gone."""

import os
import subprocess
import sys

import pytest

from kmeans_cli.runs.process import is_alive, start_of

needs_proc = pytest.mark.skipif(start_of(os.getpid()) is None, reason="needs /proc")


@needs_proc
def test_own_process_is_alive() -> None:
    """A process with its number and its start is alive."""
    assert is_alive(os.getpid(), start_of(os.getpid()))


@needs_proc
def test_number_used_again_is_another_process() -> None:
    """The same number with another start is a process that is gone."""
    assert not is_alive(os.getpid(), "another boot/12345")


@needs_proc
def test_zombie_is_gone() -> None:
    """A process that has ended is gone, though its parent has not looked yet."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = start_of(process.pid)
    assert is_alive(process.pid, started)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and left a zombie
    assert not is_alive(process.pid, started)
    process.communicate()


def test_without_a_start_the_number_decides() -> None:
    """Where no start was recorded, a process of that number counts as alive."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert is_alive(os.getpid(), None)
    assert not is_alive(process.pid, None)
    assert not is_alive(2**70, None)
