"""One rendering process, started when it is first needed, replaced when it hangs or has grown."""

import contextlib
import multiprocessing
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from portal_app.integrations.pdf import rendering

SECONDS_MOST = 20.0
"""No document takes longer; a hanging one is ended with its process."""
BYTES_MOST = 20 * 1024 * 1024
DOCUMENTS_MOST = 100
"""Documents after which the process is replaced, so that what it has kept is given back."""


class PdfError(RuntimeError):
    """A document could not be made; the words say why, and hold nothing of it."""


class _State:
    lock = threading.Lock()
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
    if len(html) > BYTES_MOST:
        raise PdfError("The document is too big.")
    pool = _pool()
    try:
        made = pool.submit(rendering.draw, html).result(seconds)
    except TimeoutError as error:
        _kill(pool)
        raise PdfError("The document took too long.") from error
    except BrokenProcessPool as error:
        _kill(pool)
        raise PdfError("The document could not be made.") from error
    except Exception as error:
        raise PdfError("The document could not be made.") from error
    if isinstance(made, str):
        raise PdfError(made)
    return made


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
