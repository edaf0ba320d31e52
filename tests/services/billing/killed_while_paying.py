"""Pays in a process that is killed at a step, looks with a new one; prints what each has found.

Usage: killed_while_paying.py FOLDER. A step is a request to Stripe, its answer, or a commit.
"""

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.orm import Session

from portal_app.config import Settings
from portal_app.data.types import UserId
from portal_app.integrations.stripe_sandbox import Direct
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.services.billing import payments
from portal_app.services.foundation import lay
from tests.cashier import Cashier
from tests.world import Clock, World, build

STEPS_MOST = 60
DUE = 60_00
Known = dict[str, str]


class Steps:
    """Counts, and ends the process at one of them."""

    def __init__(self) -> None:
        self.left = 0

    def __call__(self, *_: object) -> None:
        if self.left:
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)


def prepare(folder: Path) -> None:
    """Bill, and save a card; all others start with a copy of it."""
    till = Cashier(build(folder / "data"), folder)
    (one,) = till.bill(DUE)
    actor = till.world["alice"]
    found = {
        "user": str(actor.user_id),
        "session": actor.session_id,
        "chart": till.chart,
        "now": till.world.clock.now.isoformat(),
        "invoice": one,
        "card": till.card(),
    }
    (folder / "known.json").write_text(json.dumps(found))
    till.state.close()
    access.database().close()


def again(folder: Path, before: Callable[[str], None] | None = None) -> tuple[Cashier, Known]:
    """Start anew with what is there."""
    known: Known = json.loads((folder / "known.json").read_text())
    foundation = lay(Settings(data_dir=folder / "data"), create=False)
    clock = Clock(datetime.fromisoformat(known["now"]))
    access.configure(access.database(), foundation.keyring, clock)
    actor = Actor(UserId(UUID(known["user"])), known["session"])
    world = World(foundation, clock, {"alice": actor}, {"alice": known["chart"]})
    return Cashier(world, folder, before), known


def pay(folder: Path, step: int) -> None:
    """Pay until the step."""
    steps = Steps()
    till, known = again(folder, steps)
    asked = Direct.request

    def told(self: Direct, *args: object, **named: object) -> object:
        answer = asked(self, *args, **named)  # type: ignore[arg-type]
        steps()
        return answer

    Direct.request = told  # type: ignore[method-assign,assignment]
    event.listen(Session, "before_commit", steps)
    event.listen(Session, "after_commit", steps)
    steps.left = step
    till.pay([known["invoice"]], "60.00", known["card"])


def look(folder: Path) -> dict[str, object]:
    """Start anew and let the sweeper do what it does in its first minute."""
    till, _ = again(folder)
    payments.sweep()
    till.world.clock.pass_by(seconds=50)
    payments.sweep()
    return {
        "charged": till.charged(),
        "entries": len(till.entries()),
        "due": [due for _, due in till.invoices().values()],
    }


def apart(work: Callable[[], object]) -> int:
    """Do something in a process of its own; the status with which it ended."""
    child = os.fork()
    if not child:
        try:
            found = work()
            if found is not None:
                sys.stdout.write(f"{json.dumps(found)}\n")
                sys.stdout.flush()
        except BaseException:  # noqa: BLE001 - nothing may go on as a second parent
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def main(folder: Path) -> None:
    template = folder / "template"
    if apart(lambda: prepare(template)):
        sys.exit("nothing could be prepared")
    for step in range(1, STEPS_MOST):
        place = folder / str(step)
        shutil.copytree(template, place)
        ended = apart(lambda place=place, step=step: pay(place, step))  # type: ignore[misc]
        if apart(lambda place=place: look(place)):  # type: ignore[misc]
            sys.exit("a new process could not look")
        if not os.WIFSIGNALED(ended):
            sys.exit(os.WEXITSTATUS(ended))
    sys.exit("it never came to its end")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
