"""The evidence of a signature: collected, signed by the server, and drawn as pages."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal_app.integrations import pdf
from portal_app.rules.consents import PAD_HEIGHT, PAD_WIDTH
from portal_app.security import sealing
from portal_app.security.crypto import Keyring
from portal_app.security.signing import Signature

CONTEXT = b"latchwell evidence 1\n"


@dataclass(frozen=True)
class Proof:
    """Evidence as it was signed."""

    text: str
    signature: Signature

    @property
    def facts(self) -> dict[str, Any]:
        """Read it."""
        found: dict[str, Any] = json.loads(self.text)
        return found


def signed(keyring: Keyring, facts: dict[str, Any]) -> Proof:
    """Write evidence down, in one certain way, and sign it."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Proof(text, keyring.sign(CONTEXT + text.encode()))


def holds(keyring: Keyring, proof: Proof) -> bool:
    """Whether evidence is as it was signed."""
    return keyring.verifies(proof.signature, CONTEXT + proof.text.encode())


def moment(at: datetime, zone: ZoneInfo) -> dict[str, str]:
    """Give a moment in UTC and on the practice's wall."""
    local = at.astimezone(zone)
    return {"utc": at.isoformat(timespec="seconds"), "local": local.isoformat(timespec="seconds")}


def said(at: datetime, zone: ZoneInfo) -> str:
    """Say a moment with its zone: November 23, 2026 at 9:41 AM PST."""
    local = at.astimezone(zone)
    clock = f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"
    return f"{local:%B} {local.day}, {local.year} at {clock} {local:%Z}"


def assemble(
    keyring: Keyring,
    original: bytes,
    proofs: Sequence[Proof],
    *,
    practice: str,
    about: str,
    zone: ZoneInfo,
) -> bytes:
    """Make the signed PDF: the original pages as they are, the evidence after them, one signature.

    Renders, so never call it on the event loop or inside a unit of work.
    """
    last = proofs[-1].facts
    title = last["document"]["title"]
    when = said(datetime.fromisoformat(last["times"]["signed"]["utc"]), zone)
    html = pdf.page(
        "evidence.html",
        title=f"Signatures: {title}",
        practice=practice,
        about=about,
        made=when,
        document=last["document"],
        signers=[_shown(proof, zone) for proof in proofs],
        width=PAD_WIDTH,
        height=PAD_HEIGHT,
    )
    facts = {"Title": title, "Author": practice, "SignedOn": when}
    return sealing.seal(keyring, pdf.join(original, pdf.render(html), facts))


def _shown(proof: Proof, zone: ZoneInfo) -> dict[str, Any]:
    facts = proof.facts
    times = [
        (words, said(datetime.fromisoformat(facts["times"][key]["utc"]), zone))
        for key, words in (
            ("created", "Document made"),
            ("sent", "Sent"),
            ("opened", "Opened"),
            ("read", "Read to the end"),
            ("signed", "Signed"),
        )
        if facts["times"].get(key)
    ]
    return {
        "facts": facts,
        "times": times,
        "utc": facts["times"]["signed"]["utc"],
        "drawn": facts["drawn"],
        "key": proof.signature.key_id,
        "signature": proof.signature.value.hex(),
    }
