"""A record full of traps is made into a PDF while others go on reading their pages."""

import contextlib
import io
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

import pytest
from pypdf import PdfReader

from tests.product import Product
from tests.served import Arrive, Visitor

PAGES = 40
"""Pages that are read for each percentile."""
SECONDS_MOST = 20
PATIENT = "Patient/trap"


def traps(host: str) -> dict[str, str]:
    """Narratives that would reach out, take along, or never end."""
    url = f"http://{host}"
    reaching = "".join(
        (
            f"<img src='{url}/a.png'/>",
            f"<a href='{url}/b' rel='attachment'>told</a>",
            f"<link rel='attachment' href='{url}/c'/>",
            "<link rel='attachment' href='file:///etc/hostname'/>",
            "<a rel='attachment' href='file:///etc/passwd'>told</a>",
            "<img src='file:///etc/hostname'/>",
            f"<object data='{url}/d.svg'></object>",
            f"<style>@import url({url}/e.css);</style>",
            f"<svg><image href='{url}/f.png'/></svg>",
        )
    )
    return {
        "reaching out": reaching + "<p>words stay</p>",
        "nested": "<div>" * 3000 + "words inside" + "</div>" * 3000,
        "long": "<p>" + "x" * 200_000 + "</p>",
        "scripts": "<p>שלום עולם مرحبا 世界 健康記録</p>",
    }


def hostile(folder: Path, host: str, family: str) -> Path:
    """Write a bundle with each trap as a name, a note and a story of several entries."""
    told: list[dict[str, object]] = [
        {
            "resourceType": "Patient",
            "id": "trap",
            "name": [{"family": family, "given": ["Robin"]}],
            "birthDate": "1990-02-03",
        }
    ]
    told += [
        {
            "resourceType": "Condition",
            "id": f"{name}-{n}".replace(" ", "-"),
            "code": {"text": f"Trap {name} {n} {story[:3000]}"},
            "text": {"status": "generated", "div": f"<div>{story}</div>"},
            "note": [{"text": story}],
            "recordedDate": "2026-01-01",
            "subject": {"reference": PATIENT},
        }
        for name, story in traps(host).items()
        for n in range(2)
    ]
    path = folder / "hostile.json"
    bundle = {"resourceType": "Bundle", "type": "collection"}
    path.write_text(json.dumps(bundle | {"entry": [{"resource": r} for r in told]}))
    return path


def p95(visitor: Visitor, path: str, number: int = PAGES) -> float:
    """Read a page again and again; gives the 95th percentile in seconds."""
    took = []
    for _ in range(number):
        begun = time.monotonic()
        assert visitor.get(path).status_code == 200
        took.append(time.monotonic() - begun)
    return quantiles(took, n=20, method="inclusive")[-1]


class Asking:
    """Somebody who has her record made into a PDF over and over."""

    def __init__(self, visitor: Visitor, path: str) -> None:
        self._visitor, self._path = visitor, path
        self.took: list[float] = []
        self.answers: list[tuple[int, bytes]] = []

    def _ask(self, over: threading.Event) -> None:
        while not over.is_set():
            begun = time.monotonic()
            answer = self._visitor.http.get(self._path, timeout=60)
            self.took.append(time.monotonic() - begun)
            self.answers.append((answer.status_code, answer.content))

    @contextlib.contextmanager
    def going(self) -> Iterator[None]:
        """Ask as long as the block lasts."""
        over = threading.Event()
        thread = threading.Thread(target=self._ask, args=(over,))
        thread.start()
        yield
        over.set()
        thread.join()


def rounds(
    served: Product, arrive: Arrive, folder: Path, host: str, number: int
) -> tuple[Asking, list[float]]:
    """Read pages alone, and while the record is made; how much longer the second took each time."""
    name = served.newcomer(ahead=1).partition("@")[0]
    robin, omar = arrive(served, name), arrive(served, "omar")
    chart, page = (v.get("/").headers["location"].split("/")[2] for v in (robin, omar))
    served.command("import-records", chart, str(hostile(folder, host, name.capitalize())))
    asking = Asking(robin, f"/pdf/records/{chart}")
    path = f"/portal/{page}/home"
    p95(omar, path, 10)  # what only the first ones wait for
    ratios = []
    for _ in range(number):
        alone = p95(omar, path)
        with asking.going():
            beside = p95(omar, path)
        ratios.append(beside / alone)
    return asking, ratios


@pytest.mark.seed("S24")
def test_a_record_full_of_traps_is_made_of_words_alone(
    served: Product, arrive: Arrive, tmp_path: Path, listener: tuple[str, list[bytes]]
):
    host, heard = listener
    asking, _ = rounds(served, arrive, tmp_path, host, 1)
    assert max(asking.took) < SECONDS_MOST, asking.took
    assert {status for status, _ in asking.answers} <= {200, 422}
    made = [data for status, data in asking.answers if status == 200]
    assert made
    for data in made:
        assert b"/EmbeddedFile" not in data
        assert b"/Launch" not in data
    text = "\n".join(p.extract_text() for p in PdfReader(io.BytesIO(made[-1])).pages)
    for words in ("words stay", "words inside", "xxxx", "世界", "健康記録"):
        assert words in text, words
    time.sleep(0.3)
    assert heard == []
