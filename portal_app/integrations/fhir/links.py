"""Follows references inside a bundle, and never outside of it."""

from dataclasses import dataclass
from typing import Self

from portal_app.integrations.fhir.bundle import Bundle, Resource, as_dict, as_list, as_text
from portal_app.integrations.fhir.values import concept, display, words

ACTORS = ("actor", "individual", "member", "provider")


@dataclass(frozen=True)
class Links:
    """The resources of a bundle by the names under which others refer to them."""

    by_name: dict[str, Resource]

    @classmethod
    def of(cls, bundle: Bundle) -> Self:
        """Collect the names."""
        return cls(
            {
                name: resource
                for resources in bundle.resources.values()
                for resource in resources
                for name in bundle.named(resource)
            }
        )

    def find(self, value: object, owner: Resource) -> Resource:
        """Find what a reference of a resource means; empty where it is not in the bundle."""
        name = as_text(as_dict(value).get("reference"))
        if name.startswith("#"):
            inside = map(as_dict, as_list(owner.get("contained")))
            return next((c for c in inside if as_text(c.get("id")) == name[1:]), {})
        found = self.by_name.get(name) or self.by_name.get("/".join(name.split("/")[-2:]))
        return found or {}

    def named(self, value: object, owner: Resource) -> str:
        """Say whom or what a reference, or the first good one of several, means."""
        if isinstance(value, list):
            return next((n for v in value[:20] if (n := self.named(v, owner))), "")
        told = as_dict(value)
        inner = next((as_dict(told[key]) for key in ACTORS if key in told), told)
        return display(inner) or title_of(self.find(inner, owner))


def title_of(resource: Resource) -> str:
    """Call a resource something, whatever kind it is."""
    for key in ("code", "type", "vaccineCode", "medicationCodeableConcept", "category", "class"):
        if title := concept(resource.get(key)).title:
            return title
    name = resource.get("name")
    first = as_dict(name[0]) if isinstance(name, list) and name else {}
    if first:
        parts = (*as_list(first.get("given")), first.get("family"))
        return words(first.get("text")) or " ".join(p for p in map(words, parts) if p)
    return words(name) or words(resource.get("title")) or words(resource.get("description"))
