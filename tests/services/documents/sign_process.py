"""Signs a consent in a process of its own, and dies where it is told to."""

import os
import signal
import sys
import uuid
from datetime import datetime
from pathlib import Path

from portal_app.config import Settings
from portal_app.data.types import UserId
from portal_app.integrations.files import FileStore
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.documents import papers
from portal_app.services.documents.consents import signing
from portal_app.services.foundation import lay
from tests.consent_world import wish


def die(*_: object, **__: object) -> None:
    """End as a machine without power does."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(
    folder: str, url: str, user: str, chart: str, document: str, moment: str, where: str
) -> None:
    """Sign, up to that point."""
    ground = lay(Settings(data_dir=Path(folder), database_url=url), create=False, locked=True)
    now = datetime.fromisoformat(moment)
    access.configure(access.database(), ground.keyring, lambda: now)
    actor = Actor(UserId(uuid.UUID(user)), "session-alice", "192.0.2.1")
    shown = papers.open_paper(actor, chart, document)
    write, finish = FileStore.write, signing.finish

    def wrote(self: FileStore, name: str, owner: str, data: bytes) -> bytes:
        if where == "before the file":
            die()
        key = write(self, name, owner, data)
        if where == "after the file":
            die()
        return key

    def finished(work: Work, *given: object) -> None:
        finish(work, *given)  # type: ignore[arg-type]
        if where == "before the commit":
            work.session.flush()
            die()

    FileStore.write = wrote  # type: ignore[method-assign]
    signing.finish = finished  # type: ignore[assignment]
    signing.sign(actor, chart, document, wish(shown))


if __name__ == "__main__":
    main(*sys.argv[1:])
