from collections.abc import Callable

from nicegui.element import Element

from portal_app.components.messages.composer import Action, Composer


async def _nothing(text: str, key: str) -> None:
    """Send nowhere."""


async def _never(key: str) -> bool:
    return not key


def test_what_is_typed_stands_in_the_field_alone(place: Element, html: Callable[[], str]):
    box = Composer(
        "Reply to Dr. Osei",
        "Kept from yesterday",
        actions=(Action("Send", "send"),),
        promise="Replies come within 2 business days.",
        attachments=None,
        on_send=_nothing,
        on_draft=list,
        key="key",
        was_sent=_never,
    )
    assert html().count("Kept from yesterday") == 1
    listener = next(iter(box.control._event_listeners.values()))
    box.control._handle_event({"listener_id": listener.id, "args": "Typed just now"})
    assert box.written == "Typed just now"
    assert "Typed just now" not in html()
