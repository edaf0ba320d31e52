"""The part of a section that people read: tables of our own, and narratives that came in."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import html

from portal_app.integrations.ccda.markup import Element, tidy
from portal_app.integrations.ccda.writer.elements import add

BLOCKS = frozenset(
    {
        "caption",
        "dd",
        "div",
        "dl",
        "dt",
        "h3",
        "h4",
        "h5",
        "li",
        "ol",
        "p",
        "pre",
        "table",
        "tr",
        "ul",
    }
)
NESTED_MOST = 60


@dataclass(frozen=True)
class Cell:
    """A cell of a table, with the id by which an entry refers to it."""

    words: str
    id: str = ""


def table(text: Element, headings: tuple[str, ...], rows: Sequence[tuple[Cell, ...]]) -> None:
    """Add a table."""
    whole = add(text, "table")
    head = add(add(whole, "thead"), "tr")
    for heading in headings:
        add(head, "th", heading)
    body = add(whole, "tbody")
    for row in rows:
        line = add(body, "tr")
        for cell in row:
            made = add(line, "td")
            add(made, "content", cell.words, ID=cell.id)


def from_html(text: Element, markup: str) -> None:
    """Add a narrative that is clean HTML, block by block; its words stay, its looks do not."""
    root = html.fragment_fromstring(markup, create_parent="div")
    _blocks(text, root, 0)


def _blocks(text: Element, element: Element, depth: int) -> None:
    said: list[str] = [element.text or ""]
    for child in element:
        if child.tag == "table":
            _paragraph(text, said)
            _table(text, child)
        elif child.tag in BLOCKS and depth < NESTED_MOST:
            _paragraph(text, said)
            _blocks(text, child, depth + 1)
        elif child.tag == "br":
            _paragraph(text, said)
        elif any(inner.tag in BLOCKS for inner in child.iterdescendants()) and depth < NESTED_MOST:
            _paragraph(text, said)
            _blocks(text, child, depth + 1)
        else:
            said.append(child.text_content())
        said.append(child.tail or "")
    _paragraph(text, said)


def _paragraph(text: Element, said: list[str]) -> None:
    words = tidy("".join(said))
    said.clear()
    if words:
        add(text, "paragraph", words)


def _table(text: Element, element: Element) -> None:
    rows = [[c for c in row if c.tag in {"td", "th"}] for row in element.iter("tr")]
    rows = [row for row in rows if any(tidy(c.text_content()) for c in row)]
    if rows:
        body = add(add(text, "table"), "tbody")
        for row in rows:
            line = add(body, "tr")
            for cell in row:
                add(line, cell.tag, tidy(cell.text_content()))
