"""Takes the files out of resources; the rest of the resource stays as it came."""

import base64
import binascii
from dataclasses import dataclass, field

from portal_app.integrations.fhir.bundle import Resource, as_dict
from portal_app.integrations.fhir.values import words
from portal_app.rules.records import EmbeddedFile

NO_FILE = "The file is not in the bundle, only its address. Nothing was fetched."
BROKEN_FILE = "The file inside is damaged."
FILE_MOST = 25 * 1024 * 1024
HELD = {"DiagnosticReport": "presentedForm", "Media": "content", "Patient": "photo"}
"""Where the attachments of a kind stand."""


@dataclass
class Attachments:
    """Files taken out, and why others could not be."""

    files: list[EmbeddedFile] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def without(self, kind: str, resource: Resource, key: str) -> Resource:
        """Give the resource without the bytes of its files, which are kept beside it."""
        if kind == "Binary":
            return self._taken(resource, key)
        if kind == "DocumentReference":
            held = resource.get("content")
            if isinstance(held, list):
                return resource | {"content": [self._content(c, key) for c in held]}
            return resource
        place = HELD.get(kind)
        held = resource.get(place) if place else None
        if place and isinstance(held, list):
            return resource | {place: [self._taken(a, key) for a in held]}
        if place and isinstance(held, dict):
            return resource | {place: self._taken(held, key)}
        return resource

    def _content(self, value: object, key: str) -> Resource:
        told = as_dict(value)
        return told | {"attachment": self._taken(told.get("attachment"), key)}

    def _taken(self, value: object, key: str) -> Resource:
        told = as_dict(value)
        if told.get("data") is None:
            if told.get("url"):
                self.faults.append(NO_FILE)
            return told
        data = decoded(told["data"])
        if not data:
            self.faults.append(BROKEN_FILE)
            return told
        name = words(told.get("title"), 120) or "Document"
        self.files.append(EmbeddedFile(name, words(told.get("contentType"), 120), data, key))
        return {k: v for k, v in told.items() if k != "data"}


def decoded(value: object) -> bytes:
    """Read base64; nothing where it is none, or too big."""
    if not isinstance(value, str) or len(value) > FILE_MOST * 4 // 3 + 8:
        return b""
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
