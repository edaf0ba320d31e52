"""The part of a section that people read: found by its references, shown as clean HTML."""

from html import escape

import nh3

from portal_app.integrations.ccda.markup import Element, tidy

WORDS_MOST = 4000
HTML_MOST = 300_000
TAGS = {
    "b", "br", "caption", "i", "li", "ol", "p", "small", "span", "sub", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
SAME = TAGS
MADE = {
    "paragraph": "p",
    "item": "li",
    "footnote": "small",
    "footnoteRef": "small",
    "content": "span",
}
BREAKS = {"td", "th", "tr", "item", "paragraph", "br", "caption", "list", "table"}
ROWS = {"list", "table", "tbody", "tfoot", "thead", "tr"}
STYLES = {"bold": "b", "italics": "i"}


class Narrative:
    """The narrative of one section, and what its ids stand for."""

    def __init__(self, text: Element | None) -> None:
        """Index the ids of a section's text."""
        self._text = text
        self._ids: dict[str, Element] = {}
        self._said: dict[str, str] = {}
        if text is not None:
            for element in text.iter():
                if name := element.get("ID"):
                    self._ids.setdefault(name, element)

    def words(self, element: Element | None) -> str:
        """Give the words of a text: its own, and those that it refers to in the narrative."""
        if element is None:
            return ""
        own = tidy("".join(element.itertext())[: WORDS_MOST * 2])
        if own:
            return own[:WORDS_MOST]
        found = ""
        for reference in element.iter("reference"):
            if words := self._of((reference.get("value") or "").removeprefix("#")):
                found = f"{found} {words}".lstrip()
            if len(found) >= WORDS_MOST:
                break
        return found[:WORDS_MOST]

    def _of(self, name: str) -> str:
        """Give the words under an id, each read only once."""
        if name not in self._said:
            target = self._ids.get(name)
            self._said[name] = "" if target is None else _spoken(target)[:WORDS_MOST]
        return self._said[name]

    @property
    def html(self) -> str:
        """The narrative as clean HTML; empty where it holds no words."""
        if self._text is None or not any(t.strip() for t in self._text.itertext()):
            return ""
        made: list[str] = []
        _write(self._text, made)
        raw = "".join(made)
        if len(raw) > HTML_MOST:
            return f"<p>{escape(self.text[:HTML_MOST])}</p>"
        return clean(raw)

    @property
    def text(self) -> str:
        """The words of the whole narrative on one line."""
        return "" if self._text is None else _spoken(self._text)


def clean(html: str) -> str:
    """Leave only harmless elements, and of their attributes only how far a cell reaches."""
    cell = {"colspan", "rowspan"}
    kept = nh3.clean(html, tags=TAGS, attributes={"td": cell, "th": cell})
    return kept.strip()


def _spoken(element: Element) -> str:
    made: list[str] = []
    _speak(element, made)
    return tidy("".join(made))


def _speak(element: Element, made: list[str]) -> None:
    breaks = element.tag in BREAKS
    if breaks:
        made.append(" ")
    made.append(element.text or "")
    for child in element:
        _speak(child, made)
        made.append(child.tail or "")
    if breaks:
        made.append(" ")


def _write(element: Element, made: list[str]) -> None:
    name = element.tag
    if name == "list":
        for caption in element.findall("caption"):
            _write(caption, made)
    if name == "list":
        tag = "ol" if element.get("listType") == "ordered" else "ul"
    elif name == "caption" and element.getparent().tag != "table":
        tag = "p"
    else:
        tag = name if name in SAME else MADE.get(name, "")
    if tag == "span":
        tag = next((STYLES[s] for s in _styles(element) if s in STYLES), "span")
    if tag == "br":
        made.append("<br>")
    else:
        made.append(f"<{tag}{_reach(element)}>" if tag else "")
        made.append(_plain(element.text, name))
    for child in element:
        if not (name == "list" and child.tag == "caption"):
            _write(child, made)
        made.append(_plain(child.tail, name))
    if tag and tag != "br":
        made.append(f"</{tag}>")


def _plain(text: str | None, within: str) -> str:
    """Give words as HTML; what stands between rows is only layout."""
    words = " ".join((text or "").split())
    if not words:
        return " " if text and within not in ROWS else ""
    before, after = (" " if (text or "")[at].isspace() else "" for at in (0, -1))
    return f"{before}{escape(words)}{after}"


def _styles(element: Element) -> list[str]:
    return (element.get("styleCode") or "").lower().split()


def _reach(element: Element) -> str:
    if element.tag not in {"td", "th"}:
        return ""
    given = ((n, element.get(n) or "") for n in ("colspan", "rowspan"))
    return "".join(f' {n}="{v}"' for n, v in given if len(v) < 3 and v.isdecimal() and int(v) > 1)
