"""The product, with a watch on its event loop: how long single steps hold it.

What held it longer than a tenth of the limit is appended to the file that LOOP_WATCH names. The
loop's own processor time is measured, because the browsers of the tests share the machine.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
REPORTED = 0.005

_run = asyncio.events.Handle._run
_log = Path(os.environ["LOOP_WATCH"]).open("a", buffering=1)  # noqa: SIM115 - as long as the process


def _measured(handle: asyncio.events.Handle) -> None:
    began = time.thread_time()
    _run(handle)
    spent = time.thread_time() - began
    if spent >= REPORTED:
        _log.write(f"{time.time():.3f} {spent:.4f} {' '.join(repr(handle).split())[:300]}\n")


asyncio.events.Handle._run = _measured  # type: ignore[method-assign]

if __name__ == "__main__":
    from main import serve
    from portal_app.cli import main

    main(serve)
