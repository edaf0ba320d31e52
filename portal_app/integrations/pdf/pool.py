"""One rendering process, started when it is first needed, replaced when it hangs or has grown."""

import contextlib
import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from portal_app.integrations.pdf import reading, rendering

T = TypeVar("T")

SECONDS_MOST = 20.0
"""No document takes longer; a hanging one is ended with its process."""
WAIT_MOST = 60.0
"""Seconds that a document waits for its turn, or for a process to start."""
BYTES_MOST = 20 * 1024 * 1024
DOCUMENTS_MOST = 100
"""Documents after which the process is replaced, so that what it has kept is given back."""


class PdfError(RuntimeError):
    """A document could not be made; the words say why, and hold nothing of it."""


class _State:
    lock = threading.Lock()
    turn = threading.Lock()
    """One document at a time, so that waiting for others does not count as its own time."""
    pool: ProcessPoolExecutor | None = None


def _pool() -> ProcessPoolExecutor:
    with _State.lock:
        if _State.pool is None:
            _State.pool = ProcessPoolExecutor(
                1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=rendering.begin,
                max_tasks_per_child=DOCUMENTS_MOST,
            )
        return _State.pool


def render(html: str, *, seconds: float = SECONDS_MOST) -> bytes:
    """Make a PDF (PDF/UA-1) of a whole HTML document; waits, so never call it on the event loop.

    Raises:
        PdfError: too big, too slow, or it refers to something outside of itself.
    """
    made = _do(seconds, rendering.draw, html)
    if isinstance(made, str):
        raise PdfError(made)
    return made


def look(data: bytes) -> tuple[str, ...] | str:
    """Give the words of each page of a PDF from outside, or say why it is not taken."""
    return _do(SECONDS_MOST, reading.look, data)


def join(first: bytes, then: bytes, facts: dict[str, str]) -> bytes:
    """Put the pages of a second PDF after those of the first, which stay as they are.

    Args:
        first: the document.
        then: the pages that follow.
        facts: what the file says of itself, beside what the first one says.

    Raises:
        PdfError: one of them could not be read.
    """
    return _do(SECONDS_MOST, reading.join, first, then, facts)


def facts_of(data: bytes) -> tuple[dict[str, str], int]:
    """Give what a PDF says of itself, and how many pages it has.

    Raises:
        PdfError: it can't be read.
    """
    return _do(SECONDS_MOST, reading.facts_of, data)


def count_pages(data: bytes) -> int:
    """Count the pages of a PDF.

    Raises:
        PdfError: it can't be read.
    """
    return _do(SECONDS_MOST, reading.count_pages, data)


def _do(seconds: float, work: Callable[..., T], *given: Any) -> T:
    if any(len(part) > BYTES_MOST for part in given if isinstance(part, (str, bytes))):
        raise PdfError("The document is too big.")
    try:
        return _once(seconds, work, *given)
    except (BrokenProcessPool, CancelledError):
        # the process ended, perhaps because of another document: one more try in a new one
        pass
    try:
        return _once(seconds, work, *given)
    except (BrokenProcessPool, CancelledError) as error:
        raise PdfError("The document could not be made.") from error


def _once(seconds: float, work: Callable[..., T], *given: Any) -> T:
    if not _State.turn.acquire(timeout=WAIT_MOST):
        raise PdfError("Too many documents are being made. Try again in a minute.")
    pool = _pool()
    try:
        pool.submit(_nothing).result(WAIT_MOST)  # a new process has to start first
        return pool.submit(work, *given).result(seconds)
    except TimeoutError as error:
        _kill(pool)
        raise PdfError("The document took too long.") from error
    except (BrokenProcessPool, CancelledError):
        _kill(pool)
        raise
    except Exception as error:
        raise PdfError("The document could not be made.") from error
    finally:
        _State.turn.release()


def warm() -> Future[None]:
    """Start the process without waiting for it."""
    return _pool().submit(_nothing)


def _nothing() -> None:
    """Do nothing: the process has started by then."""


def stop() -> None:
    """End the process."""
    with _State.lock:
        pool = _State.pool
    if pool is not None:
        _kill(pool)


def _kill(pool: ProcessPoolExecutor) -> None:
    with _State.lock:
        if _State.pool is pool:
            _State.pool = None
    for process in list((pool._processes or {}).values()):  # noqa: SLF001 - there is no other way
        with contextlib.suppress(OSError):
            process.kill()
    pool.shutdown(wait=False, cancel_futures=True)
