"""A process that is killed while somebody signs leaves a whole signature, or none."""

import subprocess
import sys
from pathlib import Path

import pytest

from portal_app.data.models import ConsentEvent, ConsentSignature, StoredFile
from portal_app.integrations import pdf
from portal_app.security import access, sealing
from portal_app.services import files
from tests.consent_world import all_of, assign, sign, view
from tests.world import World

ROOT = Path(__file__).parents[3]
pytestmark = [pytest.mark.seed("S30")]


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
