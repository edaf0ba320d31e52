"""APScheduler only ticks; what is due stands in the database."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler

log = logging.getLogger(__name__)
LATE = timedelta(minutes=5)


class Jobs:
    """The ticking jobs of this process and how they are doing."""

    def __init__(self, ticks: Mapping[str, tuple[float, Callable[[], object]]]) -> None:
        """Name each job with its seconds between ticks and what it calls."""
        self._ticks = dict(ticks)
        self._last: dict[str, datetime] = {}
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Begin to tick."""
        for name, (seconds, call) in self._ticks.items():
            self._last[name] = datetime.now(UTC)
            self._scheduler.add_job(
                self._run, "interval", seconds=seconds, args=(name, call), id=name
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Let the running ones finish and stop."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def late(self) -> list[str]:
        """Name the jobs that have not got through for longer than they should."""
        now = datetime.now(UTC)
        return [
            name
            for name, (seconds, _) in self._ticks.items()
            if now - self._last.get(name, now) > LATE + timedelta(seconds=seconds)
        ]

    def _run(self, name: str, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - one failed tick must not end the ticking
            log.error("job failed", extra={"job": name, "error": type(error).__name__})  # noqa: TRY400 - the text may hold content
            return
        self._last[name] = datetime.now(UTC)
