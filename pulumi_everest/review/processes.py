"""Work for many files or clusters in several processes, which part from this one when all that they share is loaded.

Nothing is handed to a process: it has what there is here at that moment. Only results come back, through a pipe.
"""

from __future__ import annotations

import gc
import os
import pickle
import selectors
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from pulumi_everest.workspace.spread import AT_ONCE, LostProcessError, in_order

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

CAN_PART: Final = hasattr(os, "fork")
"""Whether this platform lets a process part in two."""
_CHUNK: Final = AT_ONCE
"""How many items a process works on before it hands over what came of them."""
_LEAST: Final = 4 * _CHUNK
"""Of how many items it is worth to have several processes."""
_LENGTH: Final = 8
_READ: Final = 1 << 20


class Processes:
    """Work spread over a number of processes. Each of them has ended when the last result is there, or none is wanted.

    Raises what the function raises, and `LostProcessError`.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def __call__(self, function: Callable[[_Item], _Result], items: Sequence[_Item], /, done: str) -> Iterable[_Result]:
        """The results, in the order of the items."""
        if self._jobs == 1 or not CAN_PART or len(items) < _LEAST:
            return in_order(function, items, done)
        return self._spread(function, items)

    def _spread(self, function: Callable[[_Item], _Result], items: Sequence[_Item]) -> Iterator[_Result]:
        # The first one is done here: what is made once for all of them is there before the processes part.
        yield function(items[0])
        chunks = [range(start, min(start + _CHUNK, len(items))) for start in range(1, len(items), _CHUNK)]
        workers: list[_Worker] = []
        try:
            _part(workers, lambda index: function(items[index]), chunks, min(self._jobs, len(chunks)))
            for results in _received(workers, len(chunks)):
                yield from results
        finally:
            for worker in workers:
                worker.end()


@dataclass
class _Worker:
    """A process, the end of its pipe that is read, and what has come through it: chunks, and the beginning of one."""

    pid: int
    pipe: int
    chunks: list[Any] = field(default_factory=list)
    partial: bytearray = field(default_factory=bytearray)

    def receive(self) -> bool:
        """Take what is in the pipe; False where nothing will come any more."""
        data = os.read(self.pipe, _READ)
        self.partial += data
        while len(self.partial) >= _LENGTH:
            end = _LENGTH + int.from_bytes(self.partial[:_LENGTH], "big")
            if len(self.partial) < end:
                break
            with memoryview(self.partial) as view:
                self.chunks.append(pickle.loads(view[_LENGTH:end]))  # noqa: S301 - from a process of our own
            del self.partial[:end]
        return bool(data)

    def end(self) -> int:
        """End the process, whatever it does, and wait for it. Gives its status; only the first time."""
        if self.pipe < 0:
            return 0
        os.close(self.pipe)
        self.pipe = -1
        os.kill(self.pid, signal.SIGKILL)
        return os.waitpid(self.pid, 0)[1]


def _part(workers: list[_Worker], work: Callable[[int], Any], chunks: Sequence[range], count: int) -> None:
    """Start processes, each of which does every `count`-th chunk."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    gc.freeze()  # so that a search of a process does not touch, and so copy, what all share
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        for number in range(count):
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                _worker(work, chunks[number::count], writing, [reading, *(other.pipe for other in workers)])
            os.close(writing)
            workers.append(_Worker(pid, reading))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        gc.unfreeze()


def _worker(work: Callable[[int], Any], chunks: Sequence[range], pipe: int, strange: Sequence[int]) -> None:
    """The life of a process: it ends here, and runs nothing of what the one that it parted from does at its end.

    A pipe that nobody reads ends it: then there is nobody who waits for it.
    """
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        for other in strange:
            os.close(other)
        for chunk in chunks:
            _send(pipe, _outcome(work, chunk))
        code = 0
    except BaseException:  # noqa: BLE001, S110 - who reads the pipe sees that it ended too early
        pass
    finally:
        os._exit(code)


def _outcome(work: Callable[[int], Any], chunk: range) -> bytes:
    try:
        return pickle.dumps((None, [work(index) for index in chunk]), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - it is raised where the results are asked for
        try:
            return pickle.dumps((error, []))
        except Exception:  # noqa: BLE001 - not every exception can be pickled
            return pickle.dumps((RuntimeError(f"{type(error).__name__}: {error}"), []))


def _send(pipe: int, data: bytes) -> None:
    rest = memoryview(len(data).to_bytes(_LENGTH, "big") + data)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def _received(workers: Sequence[_Worker], count: int) -> Iterator[list[Any]]:
    """The results of each chunk, in order. All pipes are emptied meanwhile, so that no process waits for another."""
    with selectors.DefaultSelector() as selector:
        for worker in workers:
            selector.register(worker.pipe, selectors.EVENT_READ, worker)
        for number in range(count):
            worker = workers[number % len(workers)]
            while not worker.chunks:
                for key, _ in selector.select():
                    if not key.data.receive():
                        selector.unregister(key.fd)
                        if key.data is worker and not worker.chunks:
                            raise LostProcessError(_lost(worker))
                if not worker.chunks and worker.pipe not in selector.get_map():
                    raise LostProcessError(_lost(worker))
            error, results = worker.chunks.pop(0)
            if error is not None:
                raise error
            yield results


def _lost(worker: _Worker) -> str:
    """What became of a process that ended too early."""
    status = os.waitpid(worker.pid, 0)[1]
    os.close(worker.pipe)
    worker.pipe = -1
    how = f"exit code {os.waitstatus_to_exitcode(status)}"
    if os.WIFSIGNALED(status):
        how = f"signal {os.WTERMSIG(status)} ({signal.Signals(os.WTERMSIG(status)).name})"
    return f"one of the processes of --jobs was ended by {how} before its work was done"
