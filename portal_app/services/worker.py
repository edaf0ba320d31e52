"""The pool of threads in which every service runs, off the event loop.

One unit of work a hop. The pool is ours because NiceGUI's helper answers ``None`` without a word
while the application stops.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

from portal_app.security.database import ended_by_chance

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 8
TRIES = 3

pool = ThreadPoolExecutor(THREADS, thread_name_prefix="service")


async def run(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a service in the pool and wait for it without holding up anybody."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(pool, partial(persist, function, *args, **kwargs))


def persist(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call a service, and again if the database gave its work up for another's sake.

    Nothing of a work that was given up is left, and what a page has sent twice is known by its key.
    """
    for _ in range(TRIES - 1):
        try:
            return function(*args, **kwargs)
        except DBAPIError as error:
            if not ended_by_chance(error):
                raise
    return function(*args, **kwargs)
