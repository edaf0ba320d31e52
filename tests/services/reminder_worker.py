"""A worker that does nothing but send what is due: `reminder_worker.py FOLDER SMTP_URL`."""

import sys
import time
from pathlib import Path

from portal_app.config import Settings
from portal_app.integrations.mail import Smtp
from portal_app.services import outbox
from portal_app.services.foundation import lay

SECONDS = 120


def work(folder: str, url: str) -> None:
    lay(Settings(data_dir=Path(folder)), create=False)
    sender = Smtp(url, "practice@portal.example")
    until = time.monotonic() + SECONDS
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while time.monotonic() < until:
        if outbox.deliver(sender) == 0:
            time.sleep(0.05)


if __name__ == "__main__":
    work(sys.argv[1], sys.argv[2])
