"""Words that stand in every field, and none of them in any mail without consent."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlmodel import select

from portal_app.data.models import OutboxMail, Patient, Practitioner
from portal_app.data.schemas.invitations import InviteInput
from portal_app.data.schemas.messages import MessageInput
from portal_app.rules.notices import TEXT_VERSION
from portal_app.security.system import open_system
from portal_app.services import inviting, outbox, password_reset
from portal_app.services.messages import practice as inbox
from portal_app.services.notices import plain_email
from tests.mail_server import mail_server
from tests.schedule_world import at, book, schedule
from tests.world import URL, World

CANARIES = {
    name: f"canary{name}7f3a"
    for name in ("given", "family", "preferred", "pronouns", "street", "city", "phone_home")
}
SUBJECT, BODY, CLINICIAN = "canarysubject7f3a", "canarybody7f3a", "canaryclinician7f3a"


def fill(world: World) -> None:
    with open_system("canaries") as work:
        for patient in work.session.exec(select(Patient)).all():
            for name, word in CANARIES.items():
                setattr(patient, name, word)
            patient.address = "canaryaddress7f3a"
            work.session.add(patient)
        for clinician in work.session.exec(select(Practitioner)).all():
            clinician.name = clinician.short_name = CLINICIAN
            work.session.add(clinician)
    assert world.charts


def words(mail: EmailMessage) -> str:
    """All that a reader sees: headers, text and calendar file, decoded."""
    parts = [p for p in mail.walk() if p.get_content_maintype() == "text"]
    bodies = [p.get_payload(decode=True) for p in parts]
    assert bodies
    return str(mail.items()) + "".join(b.decode() for b in bodies if isinstance(b, bytes))


def everything(world: World) -> list[str]:
    """Let all happen that is told by mail, and read what was sent and what was kept waiting."""
    fill(world)
    chart = world.charts["alice"]
    inbox.start(
        world["own"], chart, MessageInput(recipient="clinician", subject=SUBJECT, body=BODY), URL
    )
    book(world, schedule(), at(9, 9))
    inviting.invite(world["own"], chart, InviteInput(email="new@test.example"), URL)
    password_reset.ask("alice@test.example", "203.0.113.1")
    password_reset.send_asked(URL)
    with open_system("look", writes=False) as work:
        waiting = [m.subject + m.text for m in work.session.exec(select(OutboxMail)).all()]
    with mail_server() as server:
        for days in (0, 0.01, 7, 8, 8.9):
            world.clock.now += timedelta(days=days) if days < 1 else timedelta(days=1)
            outbox.deliver(server.sender())
        sent = [words(m) for m in server.got]
    assert len(sent) >= 5
    return waiting + sent


def test_no_word_leaves_without_consent(world: World):
    for text in everything(world):
        assert "canary" not in text


@pytest.mark.parametrize("who", ["alice"])
def test_the_test_sees_words_where_there_is_consent(world: World, who: str):
    plain_email.agree(world[who], TEXT_VERSION)
    texts = everything(world)
    assert any(BODY in t for t in texts)
    assert any(CLINICIAN in t for t in texts)
    assert not any(SUBJECT in t or CANARIES["family"] in t for t in texts)
