"""What runs the portal on other machines fits the portal."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from portal_app.config import Settings
from tests.architecture.source import ROOT
from tools.setup import PACKAGES

KNOWN = {f"PORTAL_{name.upper()}" for name in Settings.model_fields}
DEPLOY = [ROOT / "Dockerfile", ROOT / "compose.yaml", *sorted((ROOT / "deploy").iterdir())]


@pytest.mark.parametrize("path", DEPLOY, ids=lambda p: p.name)
def test_only_settings_that_exist_are_set(path: Path):
    assert set(re.findall(r"PORTAL_[A-Z_]+", path.read_text())) <= KNOWN


def test_the_image_has_the_packages_that_setting_up_installs():
    text = (ROOT / "Dockerfile").read_text()
    installed = re.search(
        r"install --yes --no-install-recommends (.*?) &&", text.replace("\\\n", "")
    )
    assert installed
    assert set(installed[1].split()) == set(PACKAGES["run"])
    assert "--require-hashes" in text
    assert "USER latchwell" in text


def test_the_compose_file_trusts_the_proxy_it_starts():
    found = yaml.safe_load((ROOT / "compose.yaml").read_text())
    portal, proxy = found["services"]["portal"], found["services"]["proxy"]
    address = proxy["networks"]["inside"]["ipv4_address"]
    assert portal["environment"]["PORTAL_TRUSTED_PROXIES"] == address
    assert "ports" not in portal, "only the proxy is reached from outside"
    assert portal["read_only"]
    named = {v.split(":")[0] for s in (portal, proxy) for v in s["volumes"]}
    assert named - set(found["volumes"]) == {"./backups", "./deploy/Caddyfile"}


def test_systemd_understands_the_unit(tmp_path: Path):
    text = (ROOT / "deploy" / "latchwell.service").read_text()
    text = re.sub(r"/opt/latchwell/\.venv/bin/python", "/bin/true", text)
    text = re.sub(r"(?m)^(User|Group|WorkingDirectory)=.*\n", "", text)
    (tmp_path / "latchwell.service").write_text(text)
    assert "StateDirectory=latchwell" in text
    if not shutil.which("systemd-analyze"):  # a machine without systemd
        return
    done = subprocess.run(
        ["systemd-analyze", "verify", tmp_path / "latchwell.service"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (done.returncode, done.stderr) == (0, "")
