"""Settings of the deployment: environment or `.env`, read once, frozen. Secrets are masked when printed."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    public_url: str = Field("", description="URL pública con https, como la ven Telegram y Twilio.")
    telegram_token: SecretStr = Field(SecretStr(""), description="Token del bot de Telegram (BotFather).")
    telegram_mode: Literal["polling", "webhook"] = Field(
        "polling", description="polling: sin URL pública; webhook: Telegram llama a la URL pública."
    )
    telegram_secret: SecretStr = Field(
        SecretStr(""),
        description="Secreto del webhook de Telegram: de 8 a 256 letras, números, _ o -; mejor 32.",
    )
    telegram_api_url: str = Field(
        "https://api.telegram.org", description="Base de la Bot API; otra si se usa un servidor local."
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

    @property
    def store_url(self) -> str:
        """Where the store is."""
        return self.database_url or f"sqlite:///{self.data_dir / 'proximidad.db'}"

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


def problems_of(settings: Settings) -> list[str]:
    """What is missing or does not fit together, in Spanish, with the remedy."""
    found = []
    secret = settings.telegram_secret.get_secret_value()
    if settings.has_telegram and settings.telegram_mode == "webhook":
        if not settings.public_url:
            found.append(
                "PROXIMIDAD_PUBLIC_URL: falta; Telegram por webhook la necesita. Use polling si no la tiene."
            )
        if len(secret) < 8:
            found.append("PROXIMIDAD_TELEGRAM_SECRET: falta o es corto; ponga 32 letras, números, _ o -.")
    if settings.has_whatsapp:
        for name, value in (
            ("PROXIMIDAD_TWILIO_AUTH_TOKEN", settings.twilio_auth_token.get_secret_value()),
            ("PROXIMIDAD_TWILIO_FROM", settings.twilio_from),
            ("PROXIMIDAD_PUBLIC_URL", settings.public_url),
        ):
            if not value:
                found.append(f"{name}: falta; WhatsApp por Twilio lo necesita.")
    if settings.keyring is None:
        found.append(
            "PROXIMIDAD_KEYRING: falta; `proximidad init CARPETA` crea un llavero y dice dónde quedó."
        )
    return found
