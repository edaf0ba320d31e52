"""Who a patient is: what counts at once, what waits, who decides, and what is lost: nothing."""

import pytest
from sqlmodel import select

from portal_app.data.models import ChangeRequest, Draft, OutboxMail, Patient
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services import practice as console
from portal_app.services.demographics import patient, practice, requests
from tests.schedule_world import all_of
from tests.world import URL, World

A = "alice"


def save(world: World, who: str = A, **typed: str) -> None:
    pairs = {k.replace("__", "."): ("", v) for k, v in typed.items()}
    patient.save(world[who], world.charts[A], pairs)


def insure(world: World, payer: str = "New plan") -> str:
    patient.save(world[A], world.charts[A], {"coverage.1.payer": ("", payer)})
    return patient.info(world[A], world.charts[A]).waiting[0].id


def alice() -> Patient:
    return next(p for p in all_of(Patient) if p.family == "Adams")


@pytest.mark.seed("S20")
def test_what_is_direct_counts_at_once_and_stands_in_the_history(world: World):
    save(world, preferred=" Ali ", phone="541 555 0188")
    view = patient.info(world[A], world.charts[A])
    assert (view.facts["preferred"], view.facts["phone"]) == ("Ali", "(541) 555-0188")
    assert alice().phone == "+15415550188"
    assert {(c.label, c.new, c.by) for c in view.history} == {
        ("Name you go by", "Ali", "Alice"),
        ("Mobile phone", "(541) 555-0188", "Alice"),
    }
    assert console.patient_head(world["own"], world.charts[A]).row.name == "Ali Adams"


@pytest.mark.seed("S20")
def test_what_is_wrong_is_refused_at_its_field_and_nothing_is_saved(world: World):
    with pytest.raises(InvalidError) as refused:
        save(world, preferred="Ali", phone="12")
    assert refused.value.field == "phone"
    assert (alice().preferred, all_of(ChangeRequest)) == ("", [])


def test_an_address_is_checked_as_a_whole_and_kept_in_parts(world: World):
    with pytest.raises(InvalidError) as refused:
        save(world, street="1 Elm St", city="Ashby", state="OR", postal_code="10001")
    assert refused.value.field == "postal_code"
    save(world, street="1 Elm St", city="Ashby", state="OR", postal_code="97099")
    assert alice().address == "1 Elm St, Ashby, OR 97099"


def test_an_address_that_was_one_text_is_shown_in_parts_and_not_lost(world: World):
    with open_system("as it was kept before") as work:
        row = work.session.exec(select(Patient).where(Patient.family == "Adams")).one()
        row.address = "42 Alder Lane, Ashby Falls, OR 97099"
        work.session.add(row)
    facts = patient.info(world[A], world.charts[A]).facts
    assert [facts[k] for k in ("street", "city", "state", "postal_code")] == [
        "42 Alder Lane",
        "Ashby Falls",
        "OR",
        "97099",
    ]
    save(world, preferred="Ali")
    assert alice().address == "42 Alder Lane, Ashby Falls, OR 97099"


@pytest.mark.seed("S21")
def test_people_to_call_are_added_changed_and_removed(world: World):
    save(world, contact__1__name="Em", contact__1__phone="(541) 555-0167", contact__2__name="Jo")
    patient.save(world[A], world.charts[A], {"contact.1.relationship": ("", "Aunt")})
    assert console.overview(world["own"], world.charts[A]).contacts == (
        "Em, Aunt, (541) 555-0167",
        "Jo",
    )
    patient.save(world[A], world.charts[A], {"contact.2.name": ("Jo", "")})
    assert len(console.overview(world["own"], world.charts[A]).contacts) == 1


@pytest.mark.seed("S22")
def test_insurance_waits_until_the_practice_accepts_it(world: World):
    request = insure(world)
    assert patient.info(world[A], world.charts[A]).facts.get("coverage.1.payer", "") == ""
    assert [t.title for t in console.today(world["own"]).tasks] == ["Check: Insurance company"]
    # the other clinician of the same person sees it on her own chart
    assert world.charts["alice2"] in console.today(world["other"]).tasks[0].href
    assert console.today(world["nothing"]).tasks == ()
    requests.accept(world["own"], world.charts[A], request, "", URL)
    assert patient.info(world[A], world.charts[A]).facts["coverage.1.payer"] == "New plan"
    assert console.today(world["own"]).tasks == ()
    mails = [m for m in all_of(OutboxMail) if m.kind == "news"]
    assert mails
    assert not any("plan" in m.text.lower() or "Alice" in m.text for m in mails)


def test_a_refusal_needs_a_reason_that_the_patient_reads(world: World):
    request = insure(world)
    with pytest.raises(InvalidError):
        requests.decline(world["own"], world.charts[A], request, "  ", URL)
    requests.decline(world["own"], world.charts[A], request, "We could not read it.", URL)
    view = patient.info(world[A], world.charts[A])
    assert [d.reason for d in view.declined] == ["We could not read it."]
    assert view.waiting == ()


def test_only_one_decides(world: World):
    request = insure(world)
    requests.accept(world["own"], world.charts[A], request, "", URL)
    with pytest.raises(ConflictError):
        requests.decline(world["desk"], world.charts[A], request, "late", URL)


def test_nobody_accepts_over_a_value_that_changed_meanwhile(world: World):
    request = insure(world)
    practice.save_for_practice(world["own"], world.charts[A], {"coverage.1.payer": ("", "Third")})
    with pytest.raises(ConflictError, match="Third"):
        requests.accept(world["own"], world.charts[A], request, "", URL)
    requests.accept(world["own"], world.charts[A], request, "Third", URL)


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(world: World):
    practice.save_for_practice(world["own"], world.charts[A], {"preferred": ("", "Al")})
    with pytest.raises(ConflictError) as refused:
        save(world, preferred="Ali")
    assert refused.value.field == "preferred"
    patient.save(world[A], world.charts[A], {"preferred": ("Al", "Ali")})
    assert alice().preferred == "Ali"


def test_a_newer_wish_takes_the_place_of_the_one_that_waits(world: World):
    insure(world, "First")
    insure(world, "Second")
    waiting = patient.info(world[A], world.charts[A]).waiting
    assert [w.new for w in waiting] == ["Second"]


def test_what_is_typed_is_kept_for_its_writer_alone(world: World):
    patient.save_draft(world[A], world.charts[A], {"preferred": ("", "Al"), "phone": ("", "12")})
    assert patient.info(world[A], world.charts[A]).typed == {"preferred": ("", "Al")}
    assert patient.info(world["bob"], world.charts[A]).typed == {}
    save(world, preferred="Ali")
    assert all_of(Draft) == []


def test_answers_of_a_form_wait_and_what_is_no_value_is_left_out(world: World):
    chart = world.charts[A]
    with access.open(world[A], Permission.DOCUMENTS_FILL, chart=chart, writes=True) as work:
        typed = {"preferred": "Ali", "phone": "12", "nonsense": "x", "given": "Alice"}
        assert requests.propose(work, typed, "Intake form") == ("preferred",)
    assert alice().preferred == ""
    assert [w.source for w in patient.info(world[A], chart).waiting] == ["Intake form"]


def test_a_change_of_alices_is_nobody_elses(world: World):
    request = insure(world)
    with pytest.raises(NotFoundError):
        requests.withdraw(world["carol"], world.charts["carol"], request)
