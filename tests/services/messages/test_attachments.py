"""Files of messages: who puts, takes and gets them, and what a crash leaves behind."""

import os
import time
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.data.models import StoredFile
from portal_app.data.schemas.messages import MessageInput, ReplyInput
from portal_app.integrations.files import DamagedFileError
from portal_app.rules.errors import InvalidError, NotFoundError, SignedOutError
from portal_app.security.system import open_system
from portal_app.services import files
from portal_app.services.messages import attachments
from portal_app.services.messages import patient as messages
from portal_app.services.messages import practice as inbox
from tests.world import URL, World, picture


def add(world: World, who: str = "alice", slot: str = "new", name: str = "a.png") -> str:
    return attachments.add(
        world.foundation.store, world[who], world.charts["alice"], slot, name, picture()
    ).id


def begin(world: World, who: str = "alice") -> str:
    command = MessageInput(recipient="clinician", subject="S", body="B")
    return messages.send(world[who], world.charts["alice"], command, URL).thread


def gets(world: World, who: str, file: str) -> bool:
    try:
        found = files.download(world.foundation.store, world[who], file)
    except (NotFoundError, SignedOutError):
        return False
    return found.media_type == "image/png" and found.data.startswith(b"\x89PNG")


def stored(world: World) -> list[Path]:
    return sorted((world.foundation.settings.data_dir / "files").glob("??/*"))


def grow_old(world: World) -> None:
    old = time.time() - 2 * 3600
    for path in stored(world):
        os.utime(path, (old, old))


def test_a_file_of_a_draft_is_its_writers_alone(world: World):
    file = add(world)
    assert [w for w in world.actors if gets(world, w, file)] == ["alice"]


def test_a_sent_file_goes_to_the_readers_of_the_message(world: World):
    file = add(world)
    thread = begin(world)
    assert messages.thread(world["alice"], world.charts["alice"], thread).messages[0].attachments
    readers = {w for w in world.actors if gets(world, w, file)}
    # the one whose session has ended, and who may see bills only, are not among them
    assert readers == {"alice", "bob", "owner", "own"}


def test_a_file_of_the_practice(world: World):
    thread = begin(world)
    file = attachments.add_for_practice(
        world.foundation.store, world["own"], thread, "letter.png", picture()
    ).id
    assert not gets(world, "alice", file)
    inbox.reply(world["own"], thread, ReplyInput(body="Here."), URL, done=True)
    assert gets(world, "alice", file)
    assert not gets(world, "carol", file)
    with pytest.raises(NotFoundError):
        attachments.add_for_practice(
            world.foundation.store, world["other"], thread, "x.png", picture()
        )


def test_the_file_of_a_message_taken_back_is_gone_with_it(world: World):
    thread = begin(world)
    file = add(world, slot=thread)
    messages.reply(world["alice"], world.charts["alice"], thread, ReplyInput(body="No."), URL)
    assert gets(world, "own", file)
    last = messages.thread(world["alice"], world.charts["alice"], thread).messages[-1].id
    messages.take_back(world["alice"], world.charts["alice"], thread, last)
    assert [w for w in ("alice", "bob", "own", "owner") if gets(world, w, file)] == []


def test_five_files_and_no_sixth(world: World):
    for number in range(5):
        add(world, name=f"{number}.png")
    with pytest.raises(InvalidError, match="5 files"):
        add(world)
    grow_old(world)
    assert files.sweep_orphans(world.foundation.store) == 0
    assert len(stored(world)) == 5


def test_only_the_writer_takes_a_file_out_and_only_before_sending(world: World):
    chart = world.charts["alice"]
    file = add(world)
    for who in ("bob", "own"):
        with pytest.raises(NotFoundError):
            attachments.remove(world[who], chart, file)
    attachments.remove(world["alice"], chart, file)
    assert not gets(world, "alice", file)
    sent = add(world)
    thread = begin(world)
    with pytest.raises(NotFoundError):
        attachments.remove(world["alice"], chart, sent)
    letter = attachments.add_for_practice(
        world.foundation.store, world["own"], thread, "l.png", picture()
    ).id
    with pytest.raises(NotFoundError):
        attachments.remove_for_practice(world["owner"], thread, letter)
    attachments.remove_for_practice(world["own"], thread, letter)
    assert inbox.thread(world["own"], thread).draft.attachments == ()


def test_what_was_taken_out_is_swept_and_what_is_young_is_not(world: World):
    kept, file = add(world), add(world, name="b.png")
    attachments.remove(world["alice"], world.charts["alice"], file)
    assert files.sweep_orphans(world.foundation.store) == 0
    grow_old(world)
    assert files.sweep_orphans(world.foundation.store) == 1
    assert len(stored(world)) == 1
    assert gets(world, "alice", kept)


def test_a_crash_between_file_and_row_leaves_an_orphan_that_is_swept(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    def dies(_: StoredFile) -> None:
        raise SystemExit

    monkeypatch.setattr("portal_app.services.messages.writing.attachment_view", dies)
    with pytest.raises(SystemExit):
        add(world)
    monkeypatch.undo()
    with open_system("look", writes=False) as work:
        assert work.session.exec(select(StoredFile)).all() == []
    (orphan,) = stored(world)
    orphan.with_suffix(".part").write_bytes(b"half")
    grow_old(world)
    assert files.sweep_orphans(world.foundation.store) == 2
    assert stored(world) == []


def test_bytes_that_were_changed_are_not_handed_out(world: World):
    file = add(world)
    (path,) = stored(world)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(DamagedFileError):
        gets(world, "alice", file)


@pytest.mark.parametrize("slot", ["nowhere", "", "../x"])
def test_no_file_without_a_place(world: World, slot: str):
    with pytest.raises(NotFoundError):
        add(world, slot=slot)
    assert stored(world) == []


def test_a_refused_file_leaves_nothing(world: World):
    with pytest.raises(InvalidError):
        attachments.add(
            world.foundation.store,
            world["alice"],
            world.charts["alice"],
            "new",
            "x.exe",
            b"MZ\x90\x00" * 20,
        )
    assert stored(world) == []
