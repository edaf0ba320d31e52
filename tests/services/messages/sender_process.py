"""Sends messages in processes that are killed in the middle; prints what was acknowledged.

The modules are loaded once; each round is a fork that opens the data folder for itself, goes on
where the acknowledgements of the one before ended, and is killed at a moment of chance.
"""

import json
import os
import random
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn
from uuid import UUID

from portal_app.config import Settings
from portal_app.data.schemas.messages import MessageInput
from portal_app.data.types import UserId
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.services.foundation import Foundation, lay
from portal_app.services.messages import attachments
from portal_app.services.messages import patient as messages

URL = "https://portal.example"


def write(number: int) -> MessageInput:
    return MessageInput(
        recipient="front_desk", subject="S", body=f"Message {number}", client_key=f"key{number}"
    )


def send(
    foundation: Foundation, actor: Actor, chart: str, number: int, start: datetime, out: int
) -> NoReturn:
    now = [start]
    access.configure(access.database(), foundation.keyring, lambda: now[0])
    again = True
    while True:
        now[0] += timedelta(minutes=4)  # no more than fifteen an hour
        if number % 2 and not again:
            data = f"File {number}\n".encode() * 2000
            file = attachments.add(foundation.store, actor, chart, "new", f"{number}.txt", data)
            os.write(out, f"file {file.id}\n".encode())
        again = False
        sent = messages.send(actor, chart, write(number), URL)
        time.sleep(0.01)  # the answer is on its way, and may never arrive
        os.write(out, f"sent {number} {sent.message}\n".encode())
        number += 1


def main() -> None:
    folder, user, session, chart, rounds, start = sys.argv[1:]
    actor = Actor(UserId(UUID(user)), session)
    moment = datetime.fromisoformat(start).astimezone(UTC)
    chance = random.Random(start)  # noqa: S311 - moments, nothing secret
    foundation = lay(Settings(data_dir=Path(folder)), create=False)
    access.configure(access.database(), foundation.keyring, lambda: moment)
    messages.compose(actor, chart)  # so that the modules and statements are ready
    sent: list[list[str]] = []
    files: list[str] = []
    for number in range(int(rounds)):
        access.database().close()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            later = moment + timedelta(hours=6 * number)
            send(foundation, actor, chart, len(sent), later, writing)
        os.close(writing)
        with os.fdopen(reading) as lines:
            heard = [lines.readline() for _ in range(chance.randrange(8))]
            time.sleep(chance.uniform(0.0, 0.03))
            os.kill(child, signal.SIGKILL)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
            for line in [*heard, *lines]:
                kind, *what = line.split()
                if kind == "sent":
                    assert int(what[0]) == len(sent)
                    sent.append(what)
                else:
                    files += what
    sys.stdout.write(json.dumps({"sent": sent, "files": files}))


if __name__ == "__main__":
    main()
