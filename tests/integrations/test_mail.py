"""How a mail is written: one recipient, fixed identity, no way to smuggle a header."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.integrations.mail import Catcher, LaterError, Mail, RefusedError, Smtp, compose

AT = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
SENDER = "practice@portal.example"


def mail(**over: str) -> Mail:
    values = {
        "to": "alice@test.example",
        "subject": "You have a new message",
        "text": "Sign in to read it.",
        "message_id": "<abc123@portal.example>",
    } | over
    return Mail(**values, at=AT)


def read(raw: bytes):
    return message_from_bytes(raw, policy=policy.default)


def test_the_headers_of_a_mail():
    message = read(compose(mail(), SENDER).as_bytes())
    assert dict(message.items()) == {
        "From": SENDER,
        "To": "alice@test.example",
        "Subject": "You have a new message",
        "Date": "Tue, 24 Nov 2026 18:00:00 +0000",
        "Message-ID": "<abc123@portal.example>",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
        "MIME-Version": "1.0",
    }
    assert message.get_content().splitlines() == ["Sign in to read it."]


@pytest.mark.parametrize("field", ["to", "subject", "message_id"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_no_header_can_be_smuggled_in(field: str, end: str):
    with pytest.raises(RefusedError):
        compose(mail(**{field: f"x@test.example{end}Bcc: eve@test.example"}), SENDER)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x1e", "\x85", "\u2028"])
def test_no_header_ends_early(end: str):
    for field in ("to", "subject", "message_id"):
        with pytest.raises(RefusedError):
            compose(mail(**{field: f"x@test.example{end}"}), SENDER)


def test_no_header_comes_through_the_sender():
    with pytest.raises(RefusedError):
        compose(mail(), f"{SENDER}\r\nBcc: eve@test.example")


def test_a_mail_that_cannot_be_written_is_refused_before_any_server_is_asked():
    with pytest.raises(RefusedError):
        Smtp("smtp://127.0.0.1:1", SENDER).send(mail(subject="a\nBcc: eve@test.example"))


@given(st.text(max_size=200), st.text(max_size=60))
def test_any_text_goes_out_whole_or_not_at_all(text: str, subject: str):
    try:
        raw = compose(mail(text=text, subject=subject), SENDER).as_bytes()
        assert not set(subject) & set("\r\n")
    except RefusedError:
        return
    message = read(raw)
    assert message.get_all("To") == ["alice@test.example"]
    assert message.get_all("Bcc") is None
    assert message.get_content_type() == "text/plain"
    assert not message.is_multipart()
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    told = message.get_content().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert told[: len(lines)] == lines


@pytest.mark.parametrize("text", ["Grüße", "東京 🌱", "x" * 3000, ".\r\n.", "From here on"])
def test_text_arrives_as_it_was_written(text: str):
    message = read(compose(mail(text=text), SENDER).as_bytes())
    assert message.get_content().rstrip("\r\n").replace("\r\n", "\n") == text.replace("\r\n", "\n")


def test_the_catcher_keeps_one_copy_of_a_mail_and_shows_the_newest_first(tmp_path: Path):
    catcher = Catcher(tmp_path / "mail")
    catcher.send(mail(message_id="<one@portal.example>", text="first"))
    catcher.send(mail(message_id="<two@portal.example>", text="second"))
    catcher.send(mail(message_id="<one@portal.example>", text="again"))
    assert [c.text.strip() for c in catcher.newest(9)] == ["again", "second"]
    assert len(catcher.newest(1)) == 1
    assert dict(catcher.newest(1)[0].headers)["Message-ID"] == "<one@portal.example>"


@pytest.mark.parametrize("name", ["<../../etc/cron.d/x@h>", "</etc/passwd>", "<a/b@c>"])
def test_no_message_id_leaves_the_folder(tmp_path: Path, name: str):
    catcher = Catcher(tmp_path / "mail")
    catcher.send(mail(message_id=name))
    assert [p.parent for p in tmp_path.rglob("*") if p.is_file()] == [tmp_path / "mail"]


def test_a_server_that_is_not_there():
    smtp = Smtp("smtp://127.0.0.1:1", SENDER)
    for call in (smtp.greet, lambda: smtp.send(mail())):
        with pytest.raises(LaterError):
            call()
