"""The fields that say from when on a patient sees something."""

from portal_app.components.field import Field
from portal_app.data.schemas.records import WHEN


def release_fields() -> dict[str, Field]:
    """Draw when, day and time; the last two show only where a time is chosen."""

    def chosen(value: str) -> None:
        for name in ("day", "clock"):
            fields[name].show(on=value == "at")

    fields = {
        "when": Field("When", "now", kind="select", options=WHEN, on_input=chosen),
        "day": Field("Day", kind="date").show(on=False),
        "clock": Field("Time", "09:00", kind="time").show(on=False),
    }
    return fields
