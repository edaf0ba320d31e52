"""Keeps the words of a narrative, and nothing of it that could run, load or lead anywhere."""

import re

import nh3

from portal_app.integrations.fhir.bundle import Resource, as_dict, as_list, as_text
from portal_app.integrations.fhir.values import TEXT_MOST, words

TAGS = {
    *("p", "br", "b", "i", "strong", "em", "ul", "ol", "li", "table", "thead", "tbody", "tr"),
    *(
        "th",
        "td",
        "h3",
        "h4",
        "h5",
        "div",
        "span",
        "pre",
        "dl",
        "dt",
        "dd",
        "sub",
        "sup",
        "caption",
    ),
}
MOST = 200_000
WRITTEN = frozenset({"additional", "extensions"})
"""Only these say more than the data; the others were made up from them by a machine."""


def cleaned(html: str) -> str:
    """Keep the structure of a narrative without attributes, links, pictures and scripts."""
    return nh3.clean(as_text(html[:MOST]), tags=TAGS, attributes={})


def narrative(resource: Resource) -> str:
    """Give a resource's narrative as plain text where somebody wrote it."""
    told = as_dict(resource.get("text"))
    div = told.get("div")
    if not isinstance(div, str) or words(told.get("status")) not in WRITTEN:
        return ""
    return as_text(re.sub(r"<[^>]*>", " ", nh3.clean(as_text(div[:MOST]), tags=set())))[:TEXT_MOST]


def sections(resource: Resource) -> str:
    """Keep the narrative of a document's sections; their entries are read by themselves."""
    parts = []
    for section in map(as_dict, as_list(resource.get("section"))[:60]):
        title, div = words(section.get("title")), as_dict(section.get("text")).get("div")
        if isinstance(div, str):
            parts.append(f"<h4>{nh3.clean_text(title)}</h4>{cleaned(div)}")
    return "".join(parts)[:MOST]
