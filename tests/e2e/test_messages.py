"""A patient and the practice talk: two browsers, both ways, without reloading."""

import time
from pathlib import Path
from statistics import median

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Enter, Person
from tests.world import picture

SECOND = 1.0
"""What the practice and the patient may wait for each other; the median of three is held to it."""
BUSY = 3.0
"""What one try may take, on a machine that serves two browsers and the tests besides."""


def opened_thread(practice: Person, subject: str) -> None:
    practice.open("/practice/inbox")
    practice.page.get_by_role("link", name=subject).click()
    expect(practice.page.get_by_label("Reply to")).to_be_visible()


def took(action: object, person: Person, text: str) -> float:
    began = time.monotonic()
    assert callable(action)
    action()
    person.sees(text)
    return time.monotonic() - began


@pytest.mark.seed("S07", "S13", "S14")
def test_both_sides_see_each_other_within_a_second(enter: Enter, newcomer: str, mark: str):
    robin, osei = enter(newcomer), enter("osei")
    reloads: list[object] = []
    robin.send(mark, f"{mark} first")
    opened_thread(osei, mark)
    for person in (robin, osei):
        person.page.on("load", lambda _: reloads.append(1))
    asked, answered = [], []
    for number in range(3):
        question, answer = f"{mark} question {number}", f"{mark} answer {number}"
        asked.append(took(lambda text=question: robin.reply(text), osei, question))
        answered.append(took(lambda text=answer: osei.reply(text), robin, answer))
    assert median(asked) < SECOND
    assert median(answered) < SECOND
    assert reloads == []


@pytest.mark.seed("S13", "S14")
def test_a_new_conversation_shows_in_the_open_inbox_and_in_every_badge(
    enter: Enter, newcomer: str, mark: str
):
    robin, osei = enter(newcomer), enter("osei")
    osei.open("/practice/inbox")
    today = Person(osei.page.context.new_page(), osei.base).open("/practice/today")
    before = osei.badge("Inbox")
    today.gets_badge("Inbox", before)
    spans = []
    for number in range(1, 4):
        robin.send(f"{mark} {number}", "How?")
        began = time.monotonic()
        for person in (osei, today):
            person.sees(f"{mark} {number}")
            person.gets_badge("Inbox", before + number)
        spans.append(time.monotonic() - began)
    assert median(spans) < SECOND
    for number in range(1, 4):
        opened_thread(osei, f"{mark} {number}")
        osei.reply("So.", "Reply and mark done")
        today.gets_badge("Inbox", before + 3 - number)
    today.misses(mark)


def test_an_answer_counts_in_the_patients_badges_until_it_is_read(
    enter: Enter, newcomer: str, mark: str
):
    robin, osei = enter(newcomer), enter("osei")
    robin.send(mark, "How?")
    robin.inside("home")
    second = Person(robin.page.context.new_page(), robin.base)
    second.page.goto(robin.page.url)
    second.sees("Recent messages")
    before = robin.badge("Messages")
    opened_thread(osei, mark)
    osei.reply(f"{mark} answer")
    for person in (robin, second):
        person.sees(f"{mark} answer", BUSY)
        person.gets_badge("Messages", before + 1, BUSY)
    robin.page.bring_to_front()
    robin.page.get_by_role("link", name=mark).first.click()
    robin.sees(f"{mark} answer")
    second.gets_badge("Messages", before)


def frames(person: Person) -> list[str]:
    """Load the page anew; gives what comes through its socket, as it comes."""
    came: list[str] = []
    person.page.on(
        "websocket", lambda ws: ws.on("framereceived", lambda data: came.append(str(data)))
    )
    person.page.reload()
    person.ready()
    return came


def test_nobody_else_hears_of_it(enter: Enter, newcomer: str, mark: str):
    robin, nora, ben, osei = enter(newcomer), enter("nora"), enter("ben"), enter("osei")
    nora.inside("messages")
    for member in (ben, osei):
        member.open("/practice/inbox")
    before = nora.badge("Messages"), ben.badge("Inbox")
    of_nora, of_ben, of_osei = (frames(person) for person in (nora, ben, osei))
    robin.send(mark, f"{mark} secretly", to="Osei")
    robin.reply(f"{mark} more")
    robin.sees(f"{mark} more")
    osei.sees(mark)
    for person in (nora, ben):
        person.misses(mark)
    assert (nora.badge("Messages"), ben.badge("Inbox")) == before
    assert any(mark in frame for frame in of_osei)
    for others in (of_nora, of_ben):
        assert others
        assert not any(mark in frame for frame in others)


def test_the_patient_sees_that_it_was_read(enter: Enter, newcomer: str, mark: str):
    robin, osei = enter(newcomer), enter("osei")
    robin.send(mark, "How?")
    expect(robin.page.get_by_role("article").last).not_to_contain_text("Seen")
    osei.page.bring_to_front()
    opened_thread(osei, mark)
    robin.sees("Seen")


def test_take_back_leaves_the_open_inbox_of_the_other_side(enter: Enter, newcomer: str, mark: str):
    robin, osei = enter(newcomer), enter("osei")
    osei.open("/practice/inbox")
    robin.send(mark, "Oh no")
    osei.sees(mark)
    robin.press("Take back")
    expect(osei.page.get_by_text(mark)).to_have_count(0, timeout=1000 * BUSY)
    robin.inside("messages?view=sent").misses(mark)


@pytest.mark.seed("S15")
def test_archive_and_back(enter: Enter, newcomer: str, mark: str):
    robin = enter(newcomer)
    address = robin.send(mark, "Keep this")
    robin.press("Archive")
    robin.sees("Conversation archived")
    robin.inside("messages").misses(mark)
    robin.inside("messages?view=archived").sees(mark)
    robin.open(address)
    robin.press("Move to inbox")
    robin.sees("Moved to your inbox")
    robin.inside("messages").sees(mark)


@pytest.mark.seed("S04", "S05")
def test_switching_people_and_clinicians_changes_everything_in_place(enter: Enter, mark: str):
    dana = enter("dana")
    dana.send(mark, "Mine")
    loads: list[object] = []
    dana.page.on("load", lambda _: loads.append(1))
    own = dana.page.url.split("/")[4]
    dana.press("Viewing as")
    dana.page.get_by_role("menuitemradio", name="Theo Whitfield").click()
    dana.sees("You are viewing Theo’s portal.")
    dana.misses(mark)
    assert own not in dana.page.url
    dana.press("Back to yours")
    expect(dana.page.get_by_text("You are viewing")).to_be_hidden()
    dana.press("Clinician")
    dana.page.get_by_role("menuitemradio", name="Ben Castellano").click()
    expect(dana.page.get_by_role("button", name="Clinician Ben Castellano")).to_be_visible()
    dana.misses(mark)
    assert own not in dana.page.url
    dana.press("Viewing as")
    dana.page.get_by_role("menuitemradio", name="Ruth Whitfield").click()
    dana.sees("You are viewing Ruth’s portal.")
    # her daughter is let in for billing only
    expect(dana.page.get_by_role("link", name="Messages")).to_have_count(0)
    assert loads == []


@pytest.mark.seed("S02", "S03", "S06", "S07", "S10")
def test_home_is_the_first_page_and_sums_up(enter: Enter, mark: str):
    dana = enter("dana")
    assert dana.page.url.endswith("/home")
    home = dana.page.url
    expect(dana.page.get_by_role("heading", name="Clinician information")).to_be_visible()
    expect(dana.page.get_by_text("message Priya by noon on Wednesday")).to_be_visible()
    dana.press("Send a message", "link")
    dana.page.wait_for_url("**/messages/new")
    dana.send(mark, "From home")
    dana.page.goto(home)
    recent = dana.page.get_by_role("region", name="Recent messages")
    expect(recent.get_by_role("link", name=mark)).to_be_visible()


@pytest.mark.seed("S10")
def test_the_dashboard_message_is_edited_by_the_practice(enter: Enter, mark: str):
    ben, dana = enter("ben"), enter("dana")
    ben.open("/practice/settings/clinicians-and-staff")
    ben.page.get_by_label("Portal dashboard message").last.fill(
        f"**{mark}** [x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    )
    ben.page.get_by_role("button", name="Save", exact=True).last.click()
    ben.sees("Saved")
    dana.press("Clinician")
    dana.page.get_by_role("menuitemradio", name="Ben Castellano").click()
    expect(dana.page.locator("strong", has_text=mark)).to_be_visible()
    said = dana.page.get_by_role("region", name="Clinician information")
    expect(said.locator("img, script, a[href^='javascript']")).to_have_count(0)


def test_a_file_goes_with_a_message_and_only_its_readers_get_it(
    enter: Enter, newcomer: str, mark: str, tmp_path: Path
):
    robin, osei, nora = enter(newcomer), enter("osei"), enter("nora")
    file = tmp_path / f"{mark}.png"
    file.write_bytes(picture())
    robin.send(mark, "See the picture")
    with robin.page.expect_file_chooser() as chooser:
        robin.press("Attach a file")
    chooser.value.set_files(file)
    expect(robin.page.get_by_role("button", name=f"Remove {mark}.png")).to_be_visible()
    robin.reply("Here it is")
    link = robin.page.get_by_role("article").get_by_role("link", name=f"{mark}.png")
    expect(link).to_be_visible()
    path = link.get_attribute("href") or ""
    opened_thread(osei, mark)
    osei.sees(f"{mark}.png")
    for person, status in ((robin, 200), (osei, 200), (nora, 404)):
        assert person.page.request.get(f"{person.base}{path}").status == status
    got = robin.page.request.get(f"{robin.base}{path}")
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "no-store"


def test_a_wrong_file_is_refused_by_name_and_nothing_typed_is_lost(
    enter: Enter, newcomer: str, mark: str, tmp_path: Path
):
    robin = enter(newcomer)
    robin.send(mark, "Now a file")
    robin.page.get_by_label("Reply to").fill("half a thought")
    enter.expected.append("Failed to load resource")  # how a browser notes the refusal
    file = tmp_path / "letter.pdf"
    file.write_bytes(b"<html><script>alert(1)</script>")
    with robin.page.expect_file_chooser() as chooser:
        robin.press("Attach a file")
    chooser.value.set_files(file)
    refused = robin.page.get_by_role("alert").filter(has_text="letter.pdf")
    expect(refused).to_be_visible()
    expect(robin.page.get_by_label("Reply to")).to_have_value("half a thought")


def test_notes_and_assignment(enter: Enter, newcomer: str, mark: str):
    robin, osei, priya = enter(newcomer), enter("osei"), enter("priya")
    address = robin.send(mark, "For the desk", to="Front desk")
    opened_thread(priya, mark)
    priya.press("Add internal note")
    priya.page.get_by_role("dialog").get_by_role("textbox").fill(f"{mark} between us")
    priya.page.get_by_role("dialog").get_by_role("button", name="Add note").click()
    priya.sees(f"{mark} between us")
    opened_thread(osei, mark)
    osei.sees(f"{mark} between us")
    robin.open(address).misses(f"{mark} between us")
    assert f"{mark} between us" not in robin.page.content()


def test_words_are_text_on_both_sides(enter: Enter, newcomer: str, mark: str):
    robin, osei = enter(newcomer), enter("osei")
    evil = f"{mark} <img src=x onerror=\"document.title='PWNED'\"> {{{{7*7}}}} <script>alert(1)</script>"
    robin.send(f"{mark} <b>s</b>", evil)
    osei.open("/practice/inbox")
    osei.page.get_by_role("link", name=mark).click()
    for person in (robin, osei):
        expect(person.page.get_by_role("article").filter(has_text=evil)).to_be_visible()
        assert person.page.title() != "PWNED"
        assert person.page.locator("article img, article script").count() == 0


def test_search_finds_in_the_folder(enter: Enter, newcomer: str, mark: str):
    robin = enter(newcomer)
    robin.send(f"{mark}a", f"{mark}apples")
    robin.send(f"{mark}b", f"{mark}pears")
    robin.inside("messages")
    robin.page.get_by_label("Search messages").fill(f"{mark}pears")
    expect(robin.page.get_by_role("link", name=f"{mark}a")).to_have_count(0)
    expect(robin.page.get_by_role("link", name=f"{mark}b")).to_be_visible()
