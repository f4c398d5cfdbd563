"""Settings: read once from the environment, frozen, and what is missing told with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import Settings, names, problems_of

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0"
SID = "AC" + "0a" * 16
SECRET = "not-to-be-shown-0123456789"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """The settings of an environment that has only what a test puts there."""
    monkeypatch.chdir(tmp_path)
    for name in names():
        monkeypatch.delenv(name, raising=False)

    def reading(**values: str) -> Settings:
        for name, value in values.items():
            monkeypatch.setenv(f"PROXIMIDAD_{name.upper()}", value)
        return Settings()

    return reading


def test_nothing_is_needed_to_start(read) -> None:
    settings = read()
    assert (settings.host, settings.port, settings.telegram_mode) == ("127.0.0.1", 8000, "polling")
    assert (settings.has_telegram, settings.has_whatsapp) == (False, False)
    assert settings.store_url == "sqlite:///data/proximidad.db"


def test_every_setting_is_explained() -> None:
    assert len(names()) == len(Settings.model_fields)
    assert {name for name, meaning in names().items() if not meaning.endswith(".")} == set()


def test_a_database_elsewhere_goes_before_the_folder(read) -> None:
    assert read(database_url="postgresql://db/p").store_url == "postgresql://db/p"


def test_an_empty_variable_is_as_none(read) -> None:
    """`PROXIMIDAD_PORT=` in a file of variables is not an error."""
    settings = read(port="", keyring="", telegram_token="")
    assert (settings.port, settings.keyring, settings.has_telegram) == (8000, None, False)


def test_the_file_is_read_and_the_environment_goes_before_it(read, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PROXIMIDAD_PORT=9000\nPROXIMIDAD_HOST=0.0.0.0\nOTHER=1\n")
    settings = read(port="9001")
    assert (settings.port, settings.host) == (9001, "0.0.0.0")


@pytest.mark.parametrize("name", ["telegram_token", "telegram_secret", "twilio_auth_token"])
def test_secrets_are_not_printed(read, name: str) -> None:
    settings = read(**{name: SECRET})
    assert SECRET not in repr(settings) + str(settings) + str(getattr(settings, name))
    assert getattr(settings, name).get_secret_value() == SECRET


@pytest.mark.parametrize(("name", "value"), [("port", "abc"), ("port", "70000"), ("telegram_mode", "push")])
def test_a_value_that_makes_no_sense_is_refused(read, name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        read(**{name: value})


def test_settings_do_not_change(read) -> None:
    with pytest.raises(ValidationError):
        read().port = 1


def test_what_is_written_in_another_form_is_understood(read) -> None:
    settings = read(telegram_api_url="http://127.0.0.1:8081/bot/", twilio_from="+529830000000")
    assert settings.telegram_api_url == "http://127.0.0.1:8081"
    assert settings.twilio_from == "whatsapp:+529830000000"


def test_a_url_ends_without_a_slash(read) -> None:
    settings = read(public_url="https://bot.example/", twilio_api_url="http://x//")
    assert (settings.public_url, settings.twilio_api_url) == ("https://bot.example", "http://x")


PROBLEMS = [
    ({"keyring": "k"}, []),
    ({}, ["KEYRING"]),
    ({"keyring": "k", "telegram_token": TOKEN}, []),
    ({"keyring": "k", "telegram_token": "42:prueba"}, ["TELEGRAM_TOKEN"]),
    ({"keyring": "k", "telegram_token": "42:prueba", "telegram_api_url": "http://127.0.0.1:8081"}, []),
    (
        {"keyring": "k", "telegram_token": TOKEN, "telegram_mode": "webhook"},
        ["PUBLIC_URL", "TELEGRAM_SECRET"],
    ),
    (
        {
            "keyring": "k",
            "telegram_token": TOKEN,
            "telegram_mode": "webhook",
            "public_url": "https://x",
            "telegram_secret": "short",
        },
        ["TELEGRAM_SECRET"],
    ),
    (
        {
            "keyring": "k",
            "telegram_token": TOKEN,
            "telegram_mode": "webhook",
            "public_url": "https://x",
            "telegram_secret": SECRET,
        },
        [],
    ),
    (
        {"keyring": "k", "twilio_account_sid": SID},
        ["TWILIO_AUTH_TOKEN", "TWILIO_FROM", "PUBLIC_URL"],
    ),
    (
        {
            "keyring": "k",
            "telegram_token": "t",
            "twilio_account_sid": "AC1",
            "twilio_auth_token": "t",
            "twilio_from": "529831234567",
            "public_url": "http://x.example",
        },
        ["TELEGRAM_TOKEN", "TWILIO_ACCOUNT_SID", "TWILIO_FROM", "PUBLIC_URL"],
    ),
    ({"keyring": "data/k"}, ["KEYRING"]),
    ({"keyring": "k", "metrics_token": "short"}, ["METRICS_TOKEN"]),
    ({"keyring": "k", "portt": "8000"}, ["PORTT"]),
    (
        {
            "keyring": "k",
            "twilio_account_sid": SID,
            "twilio_auth_token": "t",
            "twilio_from": "whatsapp:+529830000000",
            "public_url": "https://x",
        },
        [],
    ),
]


@pytest.mark.parametrize(("values", "wanted"), PROBLEMS)
def test_what_is_missing_is_named(read, values: dict[str, str], wanted: list[str]) -> None:
    found = [line.split(":")[0].removeprefix("PROXIMIDAD_") for line in problems_of(read(**values))]
    assert found == wanted


def test_under_which_names_we_answer(read) -> None:
    """The public one, those that were added, this machine; listening everywhere adds none."""
    hosts = read(public_url="https://bot.example", allowed_hosts="a.example, b.example", host="0.0.0.0").hosts
    assert hosts == ("127.0.0.1", "localhost", "[::1]", "bot.example", "a.example", "b.example")
    assert "10.0.0.5" in read(host="10.0.0.5").hosts
