"""Settings from the environment, and nothing from anywhere else."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What the machine decides; what the practice decides lives in the database.

    Every field is an environment variable with the prefix ``PORTAL_``.
    """

    model_config = SettingsConfigDict(env_prefix="PORTAL_", extra="ignore")

    data_dir: Path = Field(Path("data"), description="Folder of database, files and secrets.")
    public_url: str = Field("", description="Address that people type; links are built from it.")
    database_url: str = Field("", description="Empty: SQLite in the data folder.")
    redis_url: str = Field("", description="Storage shared by several processes.")
    secret_file: Path | None = Field(None, description="Key file kept outside the data folder.")
    backup_dir: Path | None = Field(
        None, description="Folder of the nightly backups; empty: backups in the data folder."
    )
    smtp_url: str = Field("", description="smtp://user:pass@host:port or smtps://…")
    mail_from: str = Field("", description="Sender of every mail.")
    stripe_secret_key: str = Field("", description="Restricted key of the practice's account.")
    stripe_webhook_secret: str = Field("", description="Signing secret of the webhook.")
    stripe_api_base: str = Field("", description="Another address of Stripe's API (sandbox).")
    oidc_issuer: str = Field("", description="Issuer of the identity provider; exactly its own.")
    oidc_client_id: str = Field("", description="Client id at the identity provider.")
    oidc_client_secret: str = Field("", description="Client secret at the identity provider.")
    oidc_name: str = Field("", description="Name on the provider's button; “Continue with …”.")
    trusted_proxies: str = Field("", description="Peers whose forwarded headers count, by comma.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @field_validator("public_url")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            whole = not value or (parts.scheme in {"smtp", "smtps"} and parts.hostname)
            whole = whole and parts.port != 0
        except ValueError:
            whole = False
        if not whole:
            raise ValueError("smtp://user:pass@host:port or smtps://… is needed")
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("DEBUG, INFO, WARNING or ERROR is needed")
        return value.upper()

    @property
    def secure(self) -> bool:
        """Whether people reach the portal over https, so that cookies must be Secure."""
        return self.public_url.startswith("https://")

    @property
    def oidc(self) -> bool:
        """Whether an identity provider is configured."""
        return bool(self.oidc_issuer and self.oidc_client_id)

    @property
    def database(self) -> str:
        """The database's address, SQLite in the data folder unless another is named."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'latchwell.db').absolute()}"

    @property
    def proxies(self) -> tuple[str, ...]:
        """Addresses of the trusted proxies."""
        return tuple(p.strip() for p in self.trusted_proxies.split(",") if p.strip())
