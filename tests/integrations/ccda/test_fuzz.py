"""Mutated documents: read or refused, within bounds, and never anything else.

``FUZZ_INPUTS`` says how many; the suite tries a few, and 50,000 take about five minutes.
"""

import copy
import os
import random
import resource
import socket
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from portal_app.integrations.ccda import read_ccda
from portal_app.rules.errors import InvalidError
from tests.integrations.ccda.documents import (
    PROCEDURES,
    RESULTS,
    RICH,
    VISITS,
    coded,
    document,
    problem,
    result,
    section,
)
from tests.integrations.corpus import pdf

INPUTS = int(os.environ.get("FUZZ_INPUTS", "600"))
SECONDS_MOST = 5.0
MEGABYTES_MOST = 500
SEEDS = [
    RICH,
    document(
        section(RESULTS, result(coded("Yellow")), result('<value xsi:type="PQ" value="1"/>')),
        section(PROCEDURES, f"<procedure>{coded('X-ray').replace('value', 'code')}</procedure>"),
        section(VISITS, f'<encounter><code displayName="Visit"/>{problem(coded("Flu"))}</encounter>'),
    ),
    document(body=f"<nonXMLBody><text>{pdf().decode('latin-1').encode('ascii', 'replace').decode()}</text></nonXMLBody>".replace("<<", "").replace(">>", "")),
]  # fmt: skip
TOKENS = [
    b"<!DOCTYPE x>", b"&e;", b"&#0;", b"]]>", b"<![CDATA[", b"\0", b"\xff\xfe", b"\xed\xa0\x80",
    b"<list>", b"</section>", b'nullFlavor="NI"', b'xsi:type="IVL_PQ"', b'value="#p1"', b"9" * 400,
    b'codeSystem="2.16.840.1.113883.6.1"', b'negationInd="true"', b"<a>" * 120, b"\xf3\xa0\x81\xbf",
    b'representation="B64"', b'compression="GZ"', b'moodCode="INT"', b'colspan="99"', b"%PDF-1.4",
]  # fmt: skip
WORDS = ["", "null", "#p2", "x" * 3000, "20260230", "٣", "-1", "1e999", "true", "No known x", "\u202e", "2.16.840.1.113883.10.20.22.4.4", "IVL_PQ", "B64", "NaN"]  # fmt: skip


def broken(rng: random.Random, data: bytes) -> bytes:
    """Damage the bytes."""
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at, to = sorted((rng.randrange(len(out) + 1), rng.randrange(len(out) + 1)))
        to = min(to, at + rng.choice((1, 8, 300)))
        match rng.randrange(5):
            case 0:
                out[at : at + 1] = bytes([rng.randrange(256)])
            case 1:
                del out[at:to]
            case 2:
                out[at:at] = out[at:to] * rng.choice((1, 2, 30))
            case 3:
                out[at:at] = rng.choice(TOKENS)
            case 4 if rng.random() < 0.1:
                del out[at:]
    return bytes(out)


def rearranged(rng: random.Random, data: bytes) -> bytes:
    """Keep it well formed, and change what it says."""
    root = etree.fromstring(data)
    for _ in range(rng.choice((1, 3, 10, 40))):
        nodes = list(root.iter("*"))
        node, other = rng.choice(nodes), rng.choice(nodes)
        match rng.randrange(7):
            case 0 if node is not root:
                node.getparent().remove(node)
            case 1 if len(nodes) < 3000:
                other.append(copy.deepcopy(node))
            case 2 if node.attrib:
                node.set(rng.choice(list(node.attrib)), _fitting(rng))
            case 3:
                node.text = _fitting(rng)
            case 4:
                node.tag = other.tag
            case 5:
                node.set("nullFlavor", "NI")
            case 6 if node.attrib:
                del node.attrib[rng.choice(list(node.attrib))]
    return bytes(etree.tostring(root, encoding=rng.choice(("utf-8", "utf-16", "us-ascii"))))


def _fitting(rng: random.Random) -> str:
    word = rng.choice(WORDS)
    return word if word.isascii() or rng.random() < 0.5 else "é"


def test_mutated_documents_are_read_or_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def no_socket(*_: object, **__: object) -> None:
        raise AssertionError("a reader opened a socket")

    monkeypatch.setattr(socket, "socket", no_socket)
    monkeypatch.setattr(socket, "getaddrinfo", no_socket)
    seeds = list(SEEDS)
    if (named := os.environ.get("SAMPLES")) and INPUTS > 1000:
        folder = Path(named) / "ccda"
        seeds += [p.read_bytes() for p in sorted(folder.iterdir()) if p.stat().st_size < 200_000]
    rng, outcomes, slowest = random.Random(20261124), Counter[str](), 0.0  # noqa: S311 - no secret
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(INPUTS):
        mutate = rearranged if number % 2 else broken
        data = mutate(rng, rng.choice(seeds))
        begun = time.process_time()
        try:
            file = read_ccda(data)
        except InvalidError:
            outcomes["refused"] += 1
        else:
            outcomes["read"] += 1
            outcomes["entries"] += len(file.entries)
            assert all(e.title and "<script" not in e.html for e in file.entries)
        spent = time.process_time() - begun
        slowest = max(slowest, spent)
        assert spent < SECONDS_MOST
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < MEGABYTES_MOST
    assert outcomes["read"] > INPUTS / 5
    assert outcomes["refused"] > INPUTS / 50
    if INPUTS > 1000:
        told = f"{INPUTS} inputs: {dict(outcomes)}, slowest {slowest:.3f} s, grown {grown:.0f} MB"
        with capsys.disabled():
            sys.stdout.write(f"\n{told}\n")
