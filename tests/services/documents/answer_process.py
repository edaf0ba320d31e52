"""Answers and sends forms in processes that are killed in the middle; prints what was acknowledged.

The modules are loaded once; each round is a fork that opens the data folder for itself, goes on
with the first form that was not acknowledged as sent, and is killed at a moment of chance.
"""

import json
import os
import random
import signal
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn
from uuid import UUID

from portal_app.config import Settings
from portal_app.data.types import UserId
from portal_app.rules.errors import ConflictError
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.services.documents import filling
from portal_app.services.foundation import Foundation, lay
from tests.papers_world import code, links

FLAGGED = 1
"""Every question is answered with that option: the last one makes a task for today."""


def answer(
    foundation: Foundation, actor: Actor, chart: str, papers: list[str], now: datetime, out: int
) -> NoReturn:
    access.configure(access.database(), foundation.keyring, lambda: now)
    for paper in papers:
        with suppress(ConflictError):  # it was sent, and the answer to the press was lost
            for link in links():
                filling.save_answer(actor, chart, paper, link, (code("phq-9", link, FLAGGED),))
                os.write(out, f"saved {paper} {link}\n".encode())
        filling.submit(actor, chart, paper, f"press-{paper}")
        time.sleep(0.02)  # the answer is on its way, and may never arrive
        os.write(out, f"sent {paper}\n".encode())
    os.close(out)  # nothing more is told: whoever listens need not wait
    while True:
        signal.pause()


def main() -> None:
    folder, user, session, chart, start, *papers = sys.argv[1:]
    actor = Actor(UserId(UUID(user)), session)
    moment = datetime.fromisoformat(start).astimezone(UTC)
    chance = random.Random(start)  # noqa: S311 - moments, nothing secret
    foundation = lay(Settings(data_dir=Path(folder)), create=False)
    access.configure(access.database(), foundation.keyring, lambda: moment)
    filling.overview(actor, chart)  # so that the modules and statements are ready
    sent: list[str] = []
    saved: list[list[str]] = []
    kills = 0
    while len(sent) < len(papers):
        access.database().close()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            answer(foundation, actor, chart, [p for p in papers if p not in sent], moment, writing)
        os.close(writing)
        with os.fdopen(reading) as lines:
            heard = [lines.readline() for _ in range(chance.randrange(4, 11))]
            time.sleep(chance.uniform(0.0, 0.03))
            os.kill(child, signal.SIGKILL)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
            for line in filter(None, [*heard, *lines]):
                kind, *what = line.split()
                if kind == "sent":
                    sent += what
                else:
                    saved.append(what)
        kills += 1
    sys.stdout.write(json.dumps({"sent": sent, "saved": saved, "kills": kills}))


if __name__ == "__main__":
    main()
