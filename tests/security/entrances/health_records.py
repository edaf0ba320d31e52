"""Health records from the patient's side: reading, taking along, asking for a change."""

from portal_app.data.schemas.health_records import RecordFilter
from portal_app.data.schemas.records import AmendmentInput
from portal_app.services.records import amendments, exports, history, reading
from tests.security.actors import READERS
from tests.world import World

ALL = RecordFilter()


def chart(world: World) -> str:
    return world.charts["alice"]


def built(actor, world, _scene) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    export = exports.order(actor, chart(world))
    exports.build(actor, chart(world), export, world.foundation.store)


SECTIONS = {
    "/portal/{chart}/demographics": (READERS, {"chart": lambda w, _: chart(w)}),
}
ACTIONS = {
    "records.reading.overview": (READERS, lambda a, w, _: reading.overview(a, chart(w))),
    "records.reading.group": (READERS, lambda a, w, _: reading.group(a, chart(w), "labs")),
    "records.reading.search": (READERS, lambda a, w, _: reading.search(a, chart(w), ALL)),
    "records.history.history": ({"alice"}, lambda a, w, _: history.history(a, chart(w))),
    "records.exports.export": (READERS, lambda a, w, _: exports.export(a, chart(w))),
    "records.exports.order": (READERS, lambda a, w, _: exports.order(a, chart(w))),
    "records.exports.build": (READERS, built),
    "records.amendments.request_amendment": (
        READERS,
        lambda a, w, _: amendments.request_amendment(
            a, chart(w), AmendmentInput(text="wrong"), "key"
        ),
    ),
}
ROUTES = {
    "GET /pdf/records/{chart}": (
        READERS,
        lambda a, w, _: exports.as_pdf(a, chart(w), (), ALL),
    ),
}
