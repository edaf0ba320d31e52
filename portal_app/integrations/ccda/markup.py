"""Opens foreign XML: no document type, nothing fetched, nothing expanded, bounded in every way.

Names of elements are given without their namespace: producers differ in prefixes, not in words.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

from portal_app.rules.errors import InvalidError

BYTES_MOST = 20 * 1024 * 1024
ELEMENTS_MOST = 400_000
DEPTH_MOST = 100
LEADING_MOST = 30
HL7 = "urn:hl7-org:v3"
SDTC = "urn:hl7-org:sdtc"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "utf-16": "utf-16",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}
"""Declared encoding -> how it is read: Latin-1 is nearly always meant as Windows-1252."""
BROKEN = "�"
_DECLARED = re.compile(r"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION = re.compile(r"<\?xml\s.{0,400}?\?>", re.DOTALL)

Element = Any
"""An element of lxml, which has no types."""


def parse(data: bytes) -> tuple[Element, bool]:
    """Parse a clinical document; (its root, whether every character could be read).

    Raises:
        InvalidError: no XML, no clinical document, or one beyond reason.
    """
    if len(data) > BYTES_MOST:
        raise InvalidError("This file is too big to import.")
    text = _decoded(data)
    if _has_document_type(text):
        raise InvalidError("This file has a document type, which no health record needs.")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    text = text.lstrip()
    declaration = _DECLARATION.match(text)
    try:
        root = etree.fromstring(text[declaration.end() if declaration else 0 :].encode(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InvalidError("This file can’t be read as XML.") from error
    if root.getroottree().docinfo.doctype:
        raise InvalidError("This file has a document type, which no health record needs.")
    _simplify(root)
    if root.tag != "ClinicalDocument":
        raise InvalidError("This file is no clinical document (C-CDA).")
    return root, BROKEN not in text


def _decoded(data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", errors="replace")
    data = data.removeprefix(b"\xef\xbb\xbf")
    found = _DECLARED.match(data[:400].decode("latin-1"))
    declared = found[1].lower() if found else "utf-8"
    if declared not in ENCODINGS:
        raise InvalidError("This file is in an encoding that can’t be read.")
    encoding = ENCODINGS[declared]
    # a declaration that could be read byte by byte is no UTF-16, whatever it says
    return data.decode("utf-8" if encoding == "utf-16" else encoding, errors="replace")


def _has_document_type(text: str) -> bool:
    """Tell whether one stands before the root, where alone it can."""
    at = 0
    while (at := text.find("<", at)) >= 0:
        if text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!--", at):
            end = text.find("-->", at + 4)
        else:
            return text[at : at + 2] == "<!"
        if end < 0:
            return False
        at = end + 2
    return False


def _simplify(root: Element) -> None:
    """Take the namespaces off, and count on the way."""
    depth = count = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        count += 1
        if depth > DEPTH_MOST or count > ELEMENTS_MOST:
            raise InvalidError("This file is nested too deeply, or holds too much.")
        name = element.tag
        if isinstance(name, str) and name[0] == "{":
            space, _, local = name[1:].partition("}")
            if space in {HL7, SDTC}:
                element.tag = local


def one(element: Element | None, *path: str) -> Element | None:
    """Give the first element along a path of names."""
    for name in path:
        if element is None:
            return None
        element = element.find(name)
    return element


def leading(element: Element, name: str) -> list[Element]:
    """Give the children of a name among the first: what is said of a group precedes its parts."""
    return [child for child in islice(element, LEADING_MOST) if child.tag == name]


def every(element: Element | None, *path: str) -> list[Element]:
    """Give all elements along a path of names."""
    found = [] if element is None else [element]
    for name in path:
        found = [child for parent in found for child in parent.findall(name)]
    return found


def attribute(element: Element | None, name: str) -> str:
    """Give an attribute, tidied; empty where it or the element is not there."""
    return "" if element is None else tidy(element.get(name) or "")


def is_null(element: Element | None) -> bool:
    """Tell whether an element says that it says nothing."""
    return element is None or bool(element.get("nullFlavor"))


def templates(element: Element) -> frozenset[str]:
    """Give the templates that an element claims."""
    return frozenset(t.get("root") or "" for t in element.findall("templateId"))


def type_of(element: Element) -> str:
    """Give the data type of a value, without its prefix."""
    return str(element.get(XSI_TYPE) or "").rpartition(":")[2]


def tidy(words: str) -> str:
    """Put words on one line, without characters that do not show."""
    line = " ".join(words.split())
    return line if line.isprintable() else "".join(c for c in line if c.isprintable())


def walk(element: Element, name: str) -> Iterator[Element]:
    """Give every descendant of a name, in order."""
    found: Iterator[Element] = element.iter(name)
    return found
