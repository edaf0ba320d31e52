"""Killed while somebody signs or answers: a whole signature or none, and no answer lost or twice."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal_app.data.models import (
    ConsentEvent,
    ConsentSignature,
    DocumentAlert,
    DocumentAssignment,
    DocumentResponse,
    StoredFile,
)
from portal_app.integrations import pdf
from portal_app.security import access, sealing
from portal_app.services import files
from tests.consent_world import all_of, assign, sign, view
from tests.papers_world import ask, code, links
from tests.papers_world import define as define_form
from tests.world import World

ROOT = Path(__file__).parents[3]
FORMS = 8


@pytest.mark.seed("S30")
@pytest.mark.parametrize("where", ["before the file", "after the file", "before the commit", ""])
def test_no_signature_without_evidence_and_file(world: World, where: str):
    document = assign(world)
    settings = world.foundation.settings
    view(world, document)
    pdf.stop()
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.services.documents.sign_process",
            str(settings.data_dir),
            settings.database_url,
            str(world.users["alice"]),
            world.charts["alice"],
            document,
            world.clock().isoformat(),
            where,
        ],
        cwd=ROOT,
        check=False,
        timeout=90,
        capture_output=True,
    )
    assert ended.returncode == (-9 if where else 0), ended.stderr[-2000:]
    kept = [f for f in all_of(StoredFile) if f.kind == "consent.signed"]
    signed = [e for e in all_of(ConsentEvent) if e.kind == "signed"]
    whole = 0 if where else 1
    assert [len(all_of(ConsentSignature)), len(kept), len(signed)] == [whole] * 3
    assert sign(world, document).state == "signed" if where else not pdf.stop()
    (file,) = [f for f in all_of(StoredFile) if f.kind == "consent.signed"]
    assert sealing.is_genuine(access.keyring(), files.content(world.foundation.store, file))
    pdf.stop()


@pytest.mark.seed("S29")
@pytest.mark.sqlite_only
def test_killed_while_answering_and_sending(world: World):
    definition = define_form()
    papers = [ask(world, definition) for _ in range(FORMS)]
    alice, settings = world["alice"], world.foundation.settings
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.services.documents.answer_process",
            str(settings.data_dir),
            str(alice.user_id),
            alice.session_id,
            world.charts["alice"],
            world.clock().isoformat(),
            *papers,
        ],
        cwd=ROOT,
        env=os.environ,
        check=False,
        timeout=120,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["kills"] >= FORMS
    assert sorted(told["sent"]) == sorted(papers)
    names = {a.id: a.public_id for a in all_of(DocumentAssignment)}
    versions = all_of(DocumentResponse)
    # each was sent once, with every answer that was acknowledged, and has led to one task
    assert sorted(names[v.assignment_id] for v in versions) == sorted(papers)
    assert all(v.submitted_at is not None for v in versions)
    held = {names[v.assignment_id]: json.loads(v.answers) for v in versions}
    for paper, link in told["saved"]:
        assert held[paper][link] == [code("phq-9", link, 1)]
    assert all(set(links()) <= set(h) for h in held.values())
    assert sorted(names[a.assignment_id] for a in all_of(DocumentAlert)) == sorted(papers)
