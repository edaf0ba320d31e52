"""The pool of threads in which every service runs, off the event loop.

One unit of work a hop. The pool is ours because NiceGUI's helper answers ``None`` without a word
while the application stops.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 8

pool = ThreadPoolExecutor(THREADS, thread_name_prefix="service")


async def run(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a service in the pool and wait for it without holding up anybody."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(pool, partial(function, *args, **kwargs))
