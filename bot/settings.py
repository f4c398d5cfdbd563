"""Settings of the deployment: environment or `.env`, read once, frozen. Secrets are masked when printed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  every address of this machine
TELEGRAM_URL = "https://api.telegram.org"


class Settings(BaseSettings):
    """Every setting; its description is what `proximidad check` and the README say."""

    model_config = SettingsConfigDict(
        env_prefix="PROXIMIDAD_", env_file=".env", frozen=True, env_ignore_empty=True, extra="ignore"
    )

    data_dir: Path = Field(Path("data"), description="Carpeta de los datos (SQLite y su bloqueo).")
    database_url: str = Field(
        "", description="postgresql://… si no basta una máquina; vacío: SQLite en la carpeta de datos."
    )
    config_dir: Path | None = Field(
        None, description="Carpeta con los YAML del municipio; vacío: el ejemplo de Chetumal."
    )
    keyring: Path | None = Field(
        None, description="Archivo del llavero, fuera de la carpeta de datos, modo 0600. Lo crea `init`."
    )
    backup_dir: Path | None = Field(None, description="Carpeta de las copias que hace `proximidad backup`.")
    backup_key: str = Field(
        "",
        description="Llave pública (age1…) que cierra las copias; la privada se guarda fuera de este equipo.",
    )
    backup_days: int = Field(35, ge=1, description="Días que se guardan las copias.")
    host: str = Field("127.0.0.1", description="Dirección en la que escucha el servidor.")
    port: int = Field(8000, ge=0, le=65535, description="Puerto en el que escucha el servidor.")
    allowed_hosts: str = Field(
        "",
        description="Otros nombres con los que se llega al servidor, separados por comas (además del público).",
    )
    metrics_token: SecretStr = Field(
        SecretStr(""), description="Token para leer /metrics desde otro equipo; vacío: solo desde este."
    )
    public_url: str = Field(
        "",
        description="URL pública con https, como la ven Telegram, Twilio y otras dependencias.",
    )
    telegram_token: SecretStr = Field(SecretStr(""), description="Token del bot de Telegram (BotFather).")
    telegram_mode: Literal["polling", "webhook"] = Field(
        "polling", description="polling: sin URL pública; webhook: Telegram llama a la URL pública."
    )
    telegram_secret: SecretStr = Field(
        SecretStr(""),
        description="Secreto del webhook de Telegram: de 8 a 256 letras, números, _ o -; mejor 32.",
    )
    telegram_api_url: str = Field(
        TELEGRAM_URL, description="Base de la Bot API; otra si se usa un servidor local."
    )
    twilio_account_sid: str = Field("", description="SID de la cuenta de Twilio (AC…).")
    twilio_auth_token: SecretStr = Field(SecretStr(""), description="Auth token de Twilio.")
    twilio_from: str = Field("", description="Remitente de WhatsApp, por ejemplo whatsapp:+529830000000.")
    twilio_api_url: str = Field("https://api.twilio.com", description="Base de la API de Twilio.")
    twilio_content_url: str = Field(
        "https://content.twilio.com", description="Base de la API de contenidos de Twilio."
    )

    @field_validator("public_url", "telegram_api_url", "twilio_api_url", "twilio_content_url")
    @classmethod
    def _no_slash_at_the_end(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("telegram_api_url")
    @classmethod
    def _without_bot(cls, value: str) -> str:
        """Some write it with the `/bot` that libraries add before the token."""
        return value.removesuffix("/bot")

    @field_validator("twilio_from")
    @classmethod
    def _on_whatsapp(cls, value: str) -> str:
        """The bare number is meant for WhatsApp: there is no other channel of Twilio's here."""
        return f"whatsapp:{value}" if value.startswith("+") else value

    @property
    def store_url(self) -> str:
        """Where the store is."""
        return self.database_url or f"sqlite:///{self.data_dir / 'proximidad.db'}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names under which we answer: ours, the public one, and those that were added."""
        public = urlsplit(self.public_url).hostname or ""
        more = (name.strip() for name in self.allowed_hosts.split(","))
        own = () if self.host in EVERYWHERE else (self.host,)
        return tuple(
            dict.fromkeys(name for name in ("127.0.0.1", "localhost", "[::1]", *own, public, *more) if name)
        )

    @property
    def has_telegram(self) -> bool:
        """Is the Telegram channel configured?"""
        return bool(self.telegram_token.get_secret_value())

    @property
    def has_whatsapp(self) -> bool:
        """Is the WhatsApp channel configured?"""
        return bool(self.twilio_account_sid)


def names() -> dict[str, str]:
    """Every environment variable and what it is for."""
    return {
        f"PROXIMIDAD_{name.upper()}": field.description or "" for name, field in Settings.model_fields.items()
    }


TELEGRAM_TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}")
TOKEN_ELSEWHERE = re.compile(r"\d+:[A-Za-z0-9_-]+")  # a server of one's own may give shorter ones
TWILIO_SID = re.compile(r"AC[0-9a-zA-Z]{32}")
TWILIO_FROM = re.compile(r"whatsapp:\+\d{10,15}")
NEAR = ("127.0.0.1", "localhost", "::1")


def problems_of(settings: Settings, environment: Mapping[str, str] = os.environ) -> list[str]:
    """What is missing or does not fit together, in Spanish, with the remedy; everything at once."""
    return [
        *_unknown(environment),
        *_of_telegram(settings),
        *_of_whatsapp(settings),
        *_of_addresses(settings),
        *_of_keys(settings),
    ]


def _unknown(environment: Mapping[str, str]) -> Iterator[str]:
    known = names()
    for name in sorted(environment):
        if name.startswith("PROXIMIDAD_") and name not in known and not name.startswith("PROXIMIDAD_TEST_"):
            close = get_close_matches(name, known, n=1)
            meant = f"; ¿quiso decir {close[0]}?" if close else ""
            yield f"{name}: no es un ajuste de este programa{meant}. Corríjalo o quítelo."


def _of_telegram(settings: Settings) -> Iterator[str]:
    if not settings.has_telegram:
        return
    form = TELEGRAM_TOKEN if settings.telegram_api_url == TELEGRAM_URL else TOKEN_ELSEWHERE
    if not form.fullmatch(settings.telegram_token.get_secret_value()):
        yield "PROXIMIDAD_TELEGRAM_TOKEN: no tiene la forma de un token (números, dos puntos, letras). Cópielo de BotFather."
    if settings.telegram_mode == "webhook":
        if not settings.public_url:
            yield "PROXIMIDAD_PUBLIC_URL: falta; Telegram por webhook la necesita. Use polling si no la tiene."
        if len(settings.telegram_secret.get_secret_value()) < 8:
            yield "PROXIMIDAD_TELEGRAM_SECRET: falta o es corto; ponga 16 o más letras, números, _ o -."


def _of_whatsapp(settings: Settings) -> Iterator[str]:
    if not settings.has_whatsapp:
        return
    for name, value in (
        ("PROXIMIDAD_TWILIO_AUTH_TOKEN", settings.twilio_auth_token.get_secret_value()),
        ("PROXIMIDAD_TWILIO_FROM", settings.twilio_from),
        ("PROXIMIDAD_PUBLIC_URL", settings.public_url),
    ):
        if not value:
            yield f"{name}: falta; WhatsApp por Twilio lo necesita."
    if not TWILIO_SID.fullmatch(settings.twilio_account_sid):
        yield "PROXIMIDAD_TWILIO_ACCOUNT_SID: debe ser AC y 32 letras o números. Cópielo de la consola de Twilio."
    if settings.twilio_from and not TWILIO_FROM.fullmatch(settings.twilio_from):
        yield "PROXIMIDAD_TWILIO_FROM: se escribe whatsapp:+529830000000."


def _of_addresses(settings: Settings) -> Iterator[str]:
    url = urlsplit(settings.public_url)
    if settings.public_url and url.scheme != "https" and url.hostname not in NEAR:
        yield "PROXIMIDAD_PUBLIC_URL: debe empezar con https://; Telegram y Twilio no llaman sin cifrado."
    if 0 < len(settings.metrics_token.get_secret_value()) < 16:
        yield "PROXIMIDAD_METRICS_TOKEN: es corto; ponga 16 o más letras y números, o déjelo vacío."


def _of_keys(settings: Settings) -> Iterator[str]:
    if settings.keyring is None:
        yield "PROXIMIDAD_KEYRING: falta; `proximidad init CARPETA` crea un llavero y dice dónde quedó."
    elif settings.keyring.absolute().is_relative_to(settings.data_dir.absolute()):
        yield (
            f"PROXIMIDAD_KEYRING: {settings.keyring} está dentro de la carpeta de datos; una copia de los datos"
            " llevaría las llaves. Muévalo a otra carpeta."
        )
