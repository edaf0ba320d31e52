"""A practice with little and one with much, and what the same call costs in both."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import quantiles

from sqlalchemy import event

from portal_app.data.engine import Database
from portal_app.security import access
from tests.world import World

CALLS = 60
Call = Callable[[World], object]


@dataclass
class Filled:
    """A practice, and its database."""

    world: World
    database: Database

    def enter(self) -> None:
        """Make it the practice that the services see."""
        if access.database() is not self.database:
            views = access._State.views
            access.configure(self.database, self.world.foundation.keyring, self.world.clock)
            access._State.views = views


def statements(filled: Filled, call: Call) -> int:
    """Count what the database is asked."""
    return len(asked(filled, call))


def asked(filled: Filled, call: Call) -> list[str]:
    """List what the database is asked; a first call leaves what only the first asks behind."""
    filled.enter()
    call(filled.world)
    texts: list[str] = []

    def note(*given: object) -> None:
        texts.append(str(given[2]))

    engine = filled.database.reading
    event.listen(engine, "before_cursor_execute", note)
    call(filled.world)
    event.remove(engine, "before_cursor_execute", note)
    return texts


def measure(both: tuple[Filled, Filled], call: Call) -> list[float]:
    """Call for both in turn; gives the 95th percentile of each, in milliseconds.

    It is processor time, SQLite's included: what else the machine does would drown the rest.
    """
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(2 * CALLS):
        # by turns few, many, many, few: neither is always the second
        which = number % 2 ^ number // 2 % 2
        both[which].enter()
        began = time.thread_time()
        call(both[which].world)
        took[which].append((time.thread_time() - began) * 1000)
    return [quantiles(times, n=20, method="inclusive")[-1] for times in took]
