"""Ticking: late jobs are seen, and one that fails stops neither itself nor the others."""

import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal_app.jobs.scheduler import LATE, Jobs

START = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_tick_that_raises_stops_nothing(caplog: pytest.LogCaptureFixture):
    ticks: Counter[str] = Counter()

    def fails() -> None:
        ticks["fails"] += 1
        raise ValueError("words of a patient")

    jobs = Jobs({"fails": (0.02, fails), "works": (0.02, lambda: ticks.update(["works"]))})
    with caplog.at_level(logging.ERROR):
        jobs.start()
        until(lambda: ticks["fails"] >= 3 and ticks["works"] >= 3)
        jobs.stop()
    assert "words of a patient" not in caplog.text
    noted = {(r.job, r.error) for r in caplog.records if hasattr(r, "job")}
    assert noted == {("fails", "ValueError")}
    count = ticks.copy()
    time.sleep(0.1)
    assert ticks == count, "stopped is stopped"


def test_a_job_is_late_when_it_has_not_got_through():
    with time_machine.travel(START, tick=False) as clock:
        works = {"on": True}

        def call() -> None:
            if not works["on"]:
                raise ValueError

        jobs = Jobs({"often": (5.0, call), "seldom": (3600.0, lambda: None)})
        assert jobs.late() == [], "nothing is late before the start"
        jobs._last = dict.fromkeys(("often", "seldom"), START)
        works["on"] = False
        clock.shift(LATE + timedelta(seconds=5))
        jobs._run("often", call)
        assert jobs.late() == []
        clock.shift(timedelta(seconds=1))
        jobs._run("often", call)
        assert jobs.late() == ["often"], "a failed tick is none"
        works["on"] = True
        jobs._run("often", call)
        assert jobs.late() == []
        clock.shift(timedelta(hours=2))
        assert jobs.late() == ["often", "seldom"]


def test_a_slow_tick_is_not_started_twice():
    running: list[int] = []
    most: list[int] = []

    def slow() -> None:
        running.append(1)
        most.append(len(running))
        time.sleep(0.1)
        running.pop()

    jobs = Jobs({"slow": (0.02, slow)})
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    jobs.start()
    until(lambda: len(most) >= 3)
    jobs.stop()
    assert set(most) == {1}
    assert running == [], "the last one was let finish"
    jobs.stop()
