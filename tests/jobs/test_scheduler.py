"""The clock of the house: it ticks on whatever happens, and says when it does not."""

import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal_app.jobs.scheduler import Jobs


def test_a_failing_tick_ends_neither_itself_nor_the_others(caplog: pytest.LogCaptureFixture):
    again, other = threading.Event(), threading.Event()
    times: list[int] = []

    def fails() -> None:
        times.append(1)
        if len(times) == 3:
            again.set()
        text = "Alice Adams takes lithium"
        raise ValueError(text)

    jobs = Jobs({"fails": (0.02, fails), "other": (0.02, other.set)})
    with caplog.at_level(logging.ERROR):
        jobs.start()
        assert again.wait(5)
        assert other.wait(5)
        jobs.stop()
    assert "job failed" in caplog.text
    assert "lithium" not in caplog.text


def test_stopping_waits_for_what_runs_and_may_be_repeated():
    began, done = threading.Event(), threading.Event()

    def long() -> None:
        began.set()
        threading.Event().wait(0.1)
        done.set()

    jobs = Jobs({"long": (0.02, long)})
    jobs.start()
    assert began.wait(5)
    jobs.stop()
    assert done.is_set()
    jobs.stop()


def test_a_job_that_does_not_get_through_is_late():
    def fails() -> None:
        raise ZeroDivisionError

    jobs = Jobs({"mail": (5.0, fails), "files": (3600.0, lambda: None)})
    start = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
    with time_machine.travel(start, tick=False) as clock:
        jobs._last = {"mail": start, "files": start}
        for name, call in (("mail", fails), ("files", lambda: None)):
            jobs._run(name, call)
        clock.shift(timedelta(minutes=5, seconds=5))
        assert jobs.late() == []
        clock.shift(timedelta(seconds=1))
        assert jobs.late() == ["mail"]
        jobs._run("mail", lambda: None)
        assert jobs.late() == []


def test_one_job_never_runs_twice_at_once():
    running, most = [], []

    def slow() -> None:
        running.append(1)
        most.append(len(running))
        threading.Event().wait(0.05)
        running.pop()

    jobs = Jobs({"slow": (0.01, slow)})
    jobs.start()
    threading.Event().wait(0.3)
    jobs.stop()
    assert len(most) > 1
    assert set(most) == {1}
