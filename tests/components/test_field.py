from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from nicegui import binding
from nicegui.element import Element
from pydantic import field_validator
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from portal_app.components.field import Field, check_field, switch_row
from portal_app.components.form import ErrorSummary, Form, error_of, schema_field


class Contact(SQLModel):
    phone: str = Column(min_length=5, max_length=10, title="Phone", description="With area code")
    note: str = Column(default="", max_length=4, title="Note")

    @field_validator("phone")
    @classmethod
    def _digits(cls, value: str) -> str:
        if not value.isdigit():
            raise ValueError("Enter digits only.")
        return value


@binding.bindable_dataclass
class Draft:
    phone: str = ""
    note: str = ""


def tell(control: Any, *told: object):
    """What the page says about a control."""
    control._take(list(told))


def test_label_help_and_error_belong_to_the_control(place: Element, html: Callable[[], str]):
    field = Field("Phone", help_text="With area code")
    field.set_error("Enter digits only.")
    control = field.control
    described = control._props["aria-describedby"].split()
    assert control._props["aria-invalid"] == "true"
    assert len(described) == 2
    assert f'for="pre-{control.html_id}"' in html()
    field.set_error("")
    assert "aria-invalid" not in control._props
    assert control._props["aria-describedby"].split() == described[:1]


def test_what_is_typed_is_kept_and_never_written_back(place: Element):
    field = Field("Message", kind="textarea")
    tell(field.control, "Hello", 0)
    assert field.value == "Hello"
    assert "value" not in field.control._props


def test_words_from_before_a_change_by_the_server_are_passed_over(place: Element):
    field = Field("Reply", "Sent text")
    field.set_value("", only_if="Sent text")
    tell(field.control, "Sent text", 0)
    assert field.value == ""
    tell(field.control, "Next", 1)
    assert field.value == "Next"


def test_forged_frames_change_nothing(place: Element):
    field = Field("Reply", "kept")
    for told in ([1, 0], ["x"], "x", None, {"0": "x"}, ["x" * 50_000, 0], ["x", "0"]):
        field.control._take(told)
    assert field.value == "kept"
    choice = Field("To", "a", kind="select", options=[("a", "A"), ("b", "B")])
    choice.control._heard(SimpleNamespace(args=["c", 0]))
    assert choice.value == "a"
    choice.control._heard(SimpleNamespace(args=["b", 0]))
    assert choice.value == "b"
    box = check_field("I understand")
    box._heard(SimpleNamespace(args="yes"))
    assert box.value is False


def test_the_count_shows_from_its_limit_on(place: Element, html: Callable[[], str]):
    field = Field("Subject", most=10, count_from=8)
    tell(field.control, "1234567", 0)
    assert not field._count.visible
    tell(field.control, "12345678", 0)
    assert field._count.text == "8 of 10 characters"
    tell(field.control, "12345678901", 0)
    assert "lw-over" in field._count.classes


def test_the_error_comes_on_leaving_and_goes_while_typing(place: Element):
    field = Field("Phone", check=lambda text: "" if text.isdigit() else "Enter digits only.")
    tell(field.control, "abc", 0)
    assert field.error == ""
    field.control._left(SimpleNamespace(args=["abc", 0]))
    assert field.error == "Enter digits only."
    tell(field.control, "12", 0)
    assert field.error == ""


def test_a_schema_names_and_limits_its_field(place: Element, html: Callable[[], str]):
    schema_field(Contact, Draft(), "phone")
    assert ">Phone<" in html()
    assert "With area code" in html()


def test_field_and_draft_stay_equal_without_polling(place: Element):
    draft = Draft(phone="12345")
    field = schema_field(Contact, draft, "phone")
    tell(field.control, "67890", 0)
    assert draft.phone == "67890"
    draft.phone = "55555"
    assert field.value == "55555"
    assert binding.active_links == []


def test_errors_are_plain_sentences():
    assert error_of(Contact, "phone", "12a45") == "Enter digits only."
    assert error_of(Contact, "phone", "") == "Fill in “Phone”."
    assert error_of(Contact, "phone", "12345678901") == "Use at most 10 characters."
    assert error_of(Contact, "phone", "12345") == ""
    assert error_of(Contact, "note", "") == ""


def test_a_form_gives_the_command_or_marks_the_fields(place: Element, html: Callable[[], str]):
    fields = {"phone": Field("Phone", "12a45"), "note": Field("Note", "ok")}
    form = Form(Contact, fields, ErrorSummary())
    assert form.check() is None
    assert fields["phone"].error == "Enter digits only."
    assert fields["note"].error == ""
    assert "Fix 1 thing to save." in html()
    tell(fields["phone"].control, "12345", 0)
    assert form.check() == Contact(phone="12345", note="ok")
    assert fields["phone"].error == ""


def test_a_refusal_of_the_service_stands_at_its_field(place: Element):
    field = Field("Phone", "12345")
    form = Form(Contact, {"phone": field})
    assert form.refuse("phone", "This number is taken.")
    assert field.error == "This number is taken."
    assert not form.refuse("other", "Elsewhere")


def test_a_switch_has_a_name_and_can_be_flipped_back(place: Element, html: Callable[[], str]):
    heard = []
    switch = switch_row("Book visits", value=True, on_change=heard.append)
    assert f'for="pre-{switch.html_id}"' in html()
    assert 'role="switch"' in html()
    switch._heard(SimpleNamespace(args=False))
    switch.put(True)
    assert heard == [False]
    assert switch.value is True
