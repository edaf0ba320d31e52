import re
import socket
import subprocess
import sys

import pytest

from tests.architecture.source import ROOT
from tests.plugins.network import OutsideError, is_here
from tests.plugins.seed import account
from tools.configuration import example, page, settings


def test_every_setting_is_documented():
    told = re.findall(r"(?m)^\| `(PORTAL_\w+)`", (ROOT / "docs" / "configuration.md").read_text())
    assert told == [name for name, _, _ in settings()]
    assert all(what for _, _, what in settings())


def test_the_pages_written_from_code_are_current():
    assert (ROOT / "docs" / "configuration.md").read_text() == page()
    assert (ROOT / ".env.example").read_text() == example()


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80, 0, 0)], ids=str)
def test_no_socket_leaves_the_machine(address: tuple[object, ...]):
    family = socket.AF_INET if "." in str(address[0]) else socket.AF_INET6
    with socket.socket(family, socket.SOCK_DGRAM) as way, pytest.raises(OutsideError):
        way.connect(address)
    with socket.socket(family, socket.SOCK_DGRAM) as way, pytest.raises(OutsideError):
        way.sendto(b"", address)


def test_no_name_is_looked_up():
    with pytest.raises(OutsideError):
        socket.getaddrinfo("portal.example", 443)


def test_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    assert all(map(is_here, ("localhost", "127.8.9.1", "::1", b"127.0.0.1", None)))


def test_a_statement_counts_only_if_none_of_its_tests_failed():
    covered, rest = account(passed={"S02", "S03"}, failed={"S03"})
    assert covered == "Seed statements covered: S02"
    assert "S03" in rest.split()
    assert "S02" not in rest.split()


def test_help_names_every_public_target():
    made = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {"run", "test", "check", "bench", "lock"} <= set(re.findall(r"make ([a-z0-9-]+)", made))


def test_setting_up_refuses_an_unknown_stage():
    setup = [sys.executable, str(ROOT / "tools" / "setup.py"), "nonsense"]
    assert subprocess.run(setup, capture_output=True, check=False).returncode == 2
