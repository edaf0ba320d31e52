"""Health records of Alice's chart with Dr. Own, on the practice's side, and wishes to correct them."""

from sqlmodel import select

from portal_app.data.models import AmendmentRequest, RecordEntry, RecordSource
from portal_app.data.schemas.records import (
    AddRecordInput,
    AmendInput,
    AmendmentAnswer,
    AmendmentInput,
    LabelInput,
    RecordsFilter,
    ReleaseInput,
    WithdrawInput,
)
from portal_app.security.system import open_system
from portal_app.services.records import amendments, desk, releasing, taking
from tests.bundles import bundle, packed, patient
from tests.security.actors import PLANNERS, READERS
from tests.world import URL, World

A = "alice"
WRITTEN = (RecordSource, RecordEntry, AmendmentRequest)
WISH = AmendmentInput(text="canary7f3a is wrong")


def record() -> bytes:
    who = patient(name=[{"family": "Adams", "given": ["Alice"]}], birthDate=None)
    return packed(bundle(who, {"resourceType": "Condition", "code": {"text": "canary7f3a"}}))


class Records:
    """A file that is taken, one that waits, and a wish."""

    def __init__(self, world: World) -> None:
        self.world, self.chart = world, world.charts[A]
        file = self.sent("own")
        taking.take(world.foundation.store, world["own"], self.chart, file, AddRecordInput())
        with open_system("look", writes=False) as work:
            self.entry = work.session.exec(select(RecordEntry.public_id)).one()
            self.source = work.session.exec(select(RecordSource.public_id)).one()
        self.wish = amendments.request_amendment(world["alice"], self.chart, WISH, "scene").id
        self.waits = self.sent("own")

    def sent(self, who: str) -> str:
        store = self.world.foundation.store
        return taking.upload(store, self.world[who], self.chart, "a.json", record())


def _put_away(a, w, s):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    return taking.discard(a, w.charts[A], s.of(Records).waits)


STAGED = {"records.": Records, "POST /practice-records": Records}
ACTIONS = {
    "records.desk.records": (PLANNERS, lambda a, w, _: desk.records(a, w.charts[A])),
    "records.desk.listed": (
        PLANNERS,
        lambda a, w, _: desk.listed(a, w.charts[A], RecordsFilter()),
    ),
    "records.taking.preview": (
        {"own"},  # a file that waits is its sender's alone
        lambda a, w, s: taking.preview(w.foundation.store, a, w.charts[A], s.of(Records).waits),
    ),
    "records.taking.take": (
        {"own"},
        lambda a, w, s: taking.take(
            w.foundation.store, a, w.charts[A], s.of(Records).waits, AddRecordInput()
        ),
    ),
    "records.taking.discard": (PLANNERS, _put_away),
    "records.releasing.release": (
        PLANNERS,
        lambda a, w, s: releasing.release(a, w.charts[A], ReleaseInput(), s.of(Records).entry),
    ),
    "records.releasing.set_label": (
        PLANNERS,
        lambda a, w, s: releasing.set_label(a, w.charts[A], s.of(Records).entry, LabelInput()),
    ),
    "records.releasing.withdraw": (
        PLANNERS,
        lambda a, w, s: releasing.withdraw(
            a, w.charts[A], s.of(Records).entry, WithdrawInput(reason="Wrong person")
        ),
    ),
    "records.releasing.amend": (
        PLANNERS,
        lambda a, w, s: releasing.amend(
            a, w.charts[A], s.of(Records).entry, AmendInput(title="Other")
        ),
    ),
    "records.amendments.answer_amendment": (
        PLANNERS,
        lambda a, w, s: amendments.answer_amendment(
            a, w.charts[A], s.of(Records).wish, AmendmentAnswer(), URL
        ),
    ),
}
ROUTES = {
    "POST /practice-records/{chart}": (
        PLANNERS,
        lambda a, w, _: taking.upload(w.foundation.store, a, w.charts[A], "a.json", record()),
    ),
    "records.amendments.request_amendment": (
        READERS,
        lambda a, w, _: amendments.request_amendment(a, w.charts[A], WISH, "matrix"),
    ),
}
