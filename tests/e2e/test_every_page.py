"""Every page that there is: axe, narrow screens, one heading, and no script needed to read it."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Enter, Person, Product

SIZES = ((1440, 900), (390, 844))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SCRIPTS = re.compile(r"<script\b.*?</script>|</?noscript>", re.DOTALL)
Steps = list[str | Callable[[Person], object]]
"""Addresses, and what is done on the page that is open; after each the page is looked at."""


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "rules => axe.run({runOnly: rules, resultTypes: ['violations']}).then(r =>"
        " r.violations.map(v => v.id + ' ' + v.nodes[0].html.slice(0, 200)))",
        RULES,
    )
    return [str(line) for line in found]


def settled(page: Page) -> list[str]:
    """What axe still finds once the page has had time to follow its window's size."""
    found = violations(page)
    for _ in range(8):
        if not found:
            break
        page.wait_for_timeout(300)
        found = violations(page)
    return found


def sideways(page: Page) -> list[str]:
    """Whether a narrow window scrolls sideways."""
    page.set_viewport_size({"width": 320, "height": 640})
    beyond = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    return [f"{beyond} px beyond 320"] if beyond > 1 else []


def faults(page: Page) -> list[str]:
    """What is wrong with the page in both themes and on both screens."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            found += [f"{theme} {width}: {line}" for line in settled(page)]
    found += sideways(page)
    if (headings := page.locator("h1:visible").count()) != 1:
        found.append(f"{headings} headings of the first level")
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})
    return [f"{page.url}: {line}" for line in found]


def walk(person: Person, steps: Steps) -> list[str]:
    found = []
    for step in steps:
        if isinstance(step, str):
            person.open(step)
        else:
            step(person)
        found += faults(person.page)
    return found


def opened(name: str, role: str = "button") -> Callable[[Person], None]:
    """Press something, and wait for what it opens."""

    def press(person: Person) -> None:
        person.press(name, role)
        shown = person.page.locator("dialog[open], :popover-open").first
        expect(shown).to_be_visible()

    return press


def closed(person: Person) -> None:
    person.page.keyboard.press("Escape")
    expect(person.page.locator("dialog[open], :popover-open")).to_have_count(0)


def more_sheet(person: Person) -> None:
    """Open the sheet behind More; it exists on a narrow screen."""
    person.page.set_viewport_size({"width": SIZES[1][0], "height": SIZES[1][1]})
    opened("More")(person)


def chart_of(person: Person) -> str:
    return "/".join(person.path.split("/")[:3])


def test_the_portal(enter: Enter):
    dana = enter("dana")
    chart = chart_of(dana)
    dana.page.goto(f"{dana.base}{chart}/messages")
    thread = dana.page.locator("a[href*='/messages/']:not([href$='new'])").first
    address = thread.get_attribute("href") or ""
    steps: Steps = [
        f"{chart}/home",
        opened("Viewing as"),
        closed,
        opened("Clinician"),
        closed,
        opened("Help and crisis support"),
        closed,
        more_sheet,
        closed,
        f"{chart}/messages",
        f"{chart}/messages?view=sent",
        f"{chart}/messages?view=archived",
        address,
        f"{chart}/messages/new",
        lambda p: (p.press("Send"), p.sees("Fill in")),
    ]
    assert "\n".join(walk(dana, steps)) == ""


def test_the_portals_of_others_and_what_is_not_there(enter: Enter):
    dana = enter("dana")

    def view(name: str) -> Callable[[Person], None]:
        def choose(person: Person) -> None:
            person.press("Viewing as")
            person.page.get_by_role("menuitemradio", name=name).click()
            person.sees(f"You are viewing {name.split(maxsplit=1)[0]}’s portal.")
            expect(person.page.get_by_role("heading", level=1)).to_be_focused()

        return choose

    def lost(person: Person) -> None:
        person.page.evaluate("window.history.pushState({}, '', location.pathname + '/nowhere')")
        person.page.evaluate("window.dispatchEvent(new PopStateEvent('popstate', {state: {}}))")
        person.sees("We can’t find this page")

    steps: Steps = [view("Theo Whitfield"), view("Ruth Whitfield"), lost]
    assert "\n".join(walk(dana, steps)) == ""


def test_the_practice(enter: Enter):
    osei = enter("osei")
    osei.open("/practice/inbox")
    thread = osei.page.locator("main a[href^='/practice/inbox/']").first
    address = thread.get_attribute("href") or ""
    osei.open("/practice/patients")
    patient = osei.page.locator("main .lw-row a[href^='/practice/patients/']").first
    chart = patient.get_attribute("href") or ""
    osei.open("/practice/documents")
    form = (
        osei.page.get_by_role("link", name="Mood check (PHQ-9)", exact=True).get_attribute("href")
        or ""
    )

    def change(person: Person) -> None:
        person.open(form)
        person.page.get_by_role("button", name="Change it").or_(
            person.page.get_by_role("button", name="Go on with the next version")
        ).click()
        person.page.get_by_role("button", name="Put into use").wait_for()

    steps: Steps = [
        "/practice/today",
        "/practice/inbox",
        *(f"/practice/inbox?queue={queue}" for queue in ("unassigned", "overdue", "done")),
        address,
        opened("Assign"),
        closed,
        opened("Add internal note"),
        closed,
        opened("Saved replies"),
        closed,
        "/practice/patients",
        chart,
        f"{chart}/message",
        "/practice/settings/clinicians-and-staff",
        "/practice/settings/messages",
        "/practice/settings/forms-and-consents",
        "/practice/documents",
        form,
        change,
        opened("Add a question"),
        closed,
    ]
    assert "\n".join(walk(osei, steps)) == ""


def test_the_papers_of_a_chart(enter: Enter):
    dana, osei = enter("dana"), enter("osei")
    chart = chart_of(dana)
    desk = f"/practice/patients/{chart.rsplit('/', 1)[1]}"
    dana.open(f"{chart}/documents")
    consent = dana.page.get_by_role("link", name="Consent to treatment").first.get_attribute("href")
    osei.open(f"{desk}?tab=documents")
    paper = osei.page.locator(f"main a[href^='{desk}/documents/']").first.get_attribute("href")

    def lab_results(person: Person) -> None:
        person.press("Lab results")
        person.page.get_by_text(re.compile(r"See all \d+ values")).first.click()
        expect(person.page.locator("svg.lw-rectrend").first).to_be_visible()

    mine: Steps = [
        f"{chart}/documents",
        consent or "",
        f"{chart}/demographics?tab=records",
        lab_results,
        f"{chart}/demographics?tab=update",
    ]
    theirs: Steps = [
        f"{desk}?tab=documents",
        opened("Assign a document"),
        closed,
        paper or "",
        f"{desk}?tab=records",
        opened("Add records"),
        closed,
    ]
    assert "\n".join([*walk(dana, mine), *walk(osei, theirs)]) == ""


def test_the_door(enter: Enter, product: Product, newcomer: str):
    charts = [chart_of(enter(one)).rsplit("/", 1)[1] for one in (newcomer, product.newcomer())]
    link = product.command("invite", charts[0], "somebody.new@demo.example").split()[0]
    known = product.command("invite", charts[1], "omar@demo.example").split()[0]
    enter.expected.append("status of 404")

    def wrong(person: Person) -> None:
        person.open("/sign-in")
        person.write("Email", newcomer)
        person.write("Password", "not the password")
        person.press("Sign in")
        person.sees("do not match")

    steps: Steps = [
        "/sign-in",
        wrong,
        "/sign-in?ended=1",
        "/reset",
        "/sign-out",
        "/no-chart",
        f"/invite/{link.rsplit('/', 1)[1]}",
        f"/invite/{known.rsplit('/', 1)[1]}",
        "/demo/components",
        lambda p: p.page.goto(f"{p.base}/nothing-here"),
    ]
    assert "\n".join(walk(enter.visitor(), steps)) == ""


def test_the_copy_that_is_shown_without_scripts(enter: Enter):
    people = {"dana": enter("dana"), "osei": enter("osei"), "": enter.visitor()}
    chart = chart_of(people["dana"])
    found = []
    for who, address in (
        ("dana", f"{chart}/home"),
        ("dana", f"{chart}/messages"),
        ("dana", f"{chart}/messages/new"),
        ("osei", "/practice/today"),
        ("osei", "/practice/inbox"),
        ("osei", "/practice/patients"),
        ("osei", "/practice/settings/messages"),
        ("", "/sign-in"),
        ("", "/reset"),
        ("", "/demo/components"),
    ):
        page = people[who].page

        def without_scripts(route: Route) -> None:
            answer = route.fetch()
            route.fulfill(response=answer, body=SCRIPTS.sub("", answer.text()))

        page.route(f"{people[who].base}{address}", without_scripts)
        page.goto(f"{people[who].base}{address}")
        expect(page.locator("#pre h1")).to_be_visible()
        found += faults(page)
    assert "\n".join(found) == ""


def test_links_lead_on_without_any_script(enter: Enter):
    robin = enter("dana")
    state = robin.page.context.storage_state()
    plain = enter.without_scripts(state)
    plain.page.goto(robin.page.url)
    plain.page.locator("#pre").get_by_role("link", name="Messages").first.click()
    expect(plain.page.locator("#pre h1")).to_have_text("Messages")


@pytest.mark.seed("S02", "S07")
def test_moving_inside_the_portal_speaks(enter: Enter, newcomer: str):
    robin = enter(newcomer)
    robin.page.keyboard.press("Tab")
    skip = robin.page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    robin.page.keyboard.press("Enter")
    expect(robin.page.locator("#main")).to_be_focused()
    for section, heading in (("Messages", "Messages"), ("Home", "Good")):
        robin.press(section, "link")
        title = robin.page.get_by_role("heading", level=1, name=heading)
        expect(title).to_be_focused()
        expect(robin.page).to_have_title(re.compile(f"^{section} – Larkfield"))
        current = robin.page.get_by_role("link", name=section).filter(visible=True).first
        expect(current).to_have_attribute("aria-current", "page")
    robin.page.go_back()
    expect(robin.page.get_by_role("heading", level=1, name="Messages")).to_be_focused()
    expect(robin.page).to_have_title(re.compile("^Messages – Larkfield"))


def test_what_happens_is_said_aloud(enter: Enter, newcomer: str, mark: str):
    robin = enter(newcomer)
    robin.send(mark, "How?")
    spoken = robin.page.locator("[data-lw-live]")
    expect(spoken).to_have_text("Message sent to Dr. Osei")
    expect(spoken).to_have_attribute("role", "status")
    robin.press("Archive")
    expect(spoken).to_have_text("Conversation archived")
