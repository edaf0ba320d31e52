"""The settings of the machine, and what of them is refused."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from portal_app.config import Settings


def test_without_any_setting(monkeypatch: pytest.MonkeyPatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PORTAL_{name.upper()}", raising=False)
    settings = Settings()
    assert settings.data_dir == Path("data")
    assert settings.database == f"sqlite:///{Path('data/latchwell.db').absolute()}"
    assert (settings.secure, settings.proxies, settings.log_level) == (False, (), "INFO")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_comes_from_its_variable(monkeypatch: pytest.MonkeyPatch, name: str):
    value = {"log_level": "DEBUG", "smtp_url": "smtps://u:p@mail.example:465"}.get(name, "given")
    monkeypatch.setenv(f"PORTAL_{name.upper()}", value)
    settings = Settings()
    assert str(getattr(settings, name)) == value
    assert settings.model_fields_set == {name}


@pytest.mark.parametrize(
    ("address", "secure"),
    [("https://a.example/", True), ("http://localhost:8080", False), ("", False)],
)
def test_cookies_are_secure_where_people_come_over_https(address: str, *, secure: bool):
    settings = Settings(public_url=address)
    assert settings.secure is secure
    assert settings.public_url == address.rstrip("/")


def test_the_proxies_are_a_list():
    assert Settings(trusted_proxies=" 10.0.0.1, ,10.0.0.2 ").proxies == ("10.0.0.1", "10.0.0.2")


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://h:99999",
        "smtp://h:x",
        "smtp://[::1",
    ],
)
def test_a_mail_server_that_is_none_is_refused_at_the_start(url: str):
    with pytest.raises(ValidationError):
        Settings(smtp_url=url)


@pytest.mark.parametrize("url", ["smtp://h", "smtps://u:p%40@h:465", "smtp://[::1]:25", ""])
def test_mail_servers(url: str):
    assert Settings(smtp_url=url).smtp_url == url


def test_a_log_level_that_is_none_is_refused():
    assert Settings(log_level="debug").log_level == "DEBUG"
    with pytest.raises(ValidationError):
        Settings(log_level="chatty")
