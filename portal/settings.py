"""What an operator may set, from the environment (prefix `YIWANG_`), read once at start-up."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.embedded import Cluster

DATABASE = "yiwang"
HUB_DATABASE = "yiwang_hub"
OWNER_ROLE = "yiwang_owner"
APPLICATION_ROLE = "yiwang_app"


class Settings(BaseSettings):
    """Every setting has a default that runs on one machine; the description is what `doctor --settings` prints."""

    model_config = SettingsConfigDict(env_prefix="YIWANG_", extra="ignore")

    data: Path = Field(Path("var"), description="folder for everything this machine keeps")
    database_url: str | None = Field(
        None, description="PostgreSQL >= 15; default: the embedded server in the data folder"
    )
    database_owner_url: str | None = Field(
        None, description="the same database as the role that owns it, for `migrate`"
    )
    hub_database_url: str | None = Field(
        None, description="the hub's own database; default: beside the portal's"
    )
    hub_database_owner_url: str | None = Field(
        None, description="the hub's database as the role that owns it"
    )
    public_url: str = Field("http://127.0.0.1:8000", description="where people reach the portal")
    party: str = Field(
        "portal", description="who this portal is to the hub: the operating organ's credit code"
    )
    hub_url: str = Field("http://127.0.0.1:8001", description="where the portal reaches the sharing hub")
    host: str = Field("127.0.0.1", description="address the server listens on")
    port: int = Field(8000, ge=1, le=65535, description="port of the portal")
    hub_port: int = Field(8001, ge=1, le=65535, description="port of the hub")
    processes: int = Field(2, ge=1, le=64, description="web processes")
    s3_endpoint: str | None = Field(None, description="host:port of an S3 server; default: a folder")
    s3_access_key: str = Field("", description="S3 access key")
    s3_secret_key: SecretStr = Field(SecretStr(""), description="S3 secret key")
    s3_bucket: str = Field("yiwang", description="S3 bucket")
    s3_region: str = Field("us-east-1", description="S3 region")
    s3_secure: bool = Field(True, description="S3 over TLS")
    demo: bool = Field(False, description="sample people shown on the sign-in page; never in production")
    city: str = Field("示例市", description="the city's name in page titles and papers")
    city_en: str = Field("Sample City", description="the same in English")
    organiser: str = Field("示例市人民政府办公室", description="主办单位, in the footer")
    organiser_en: str = Field(
        "General Office, People's Government of Sample City", description="the same in English"
    )
    operator: str = Field("示例市政务服务中心", description="承办单位, in the footer")
    operator_en: str = Field("Government Service Centre of Sample City", description="the same in English")
    hotline: str = Field("12345", description="the number people call for help")
    icp_record: str = Field("", description="ICP 备案号, in the footer")
    police_record: str = Field("", description="公安备案号, in the footer")
    site_identification: str = Field("", description="网站标识码, in the footer")
    theme: Literal["blue", "red"] = Field("blue", description="colour of the band")
    log_format: Literal["console", "json"] = Field("console", description="how log lines look")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level logged")
    pool_size: int = Field(10, ge=1, le=100, description="database connections per process")
    hub_seconds: float = Field(4.0, gt=0, le=30, description="longest wait for the hub on a page")
    smtp_host: str = Field("", description="mail server for codes and notices; empty: no mail")
    smtp_port: int = Field(587, ge=1, le=65535, description="its port")
    smtp_user: str = Field("", description="user name at the mail server")
    smtp_password: SecretStr = Field(SecretStr(""), description="password at the mail server")
    smtp_sender: str = Field("notice@localhost", description="sender of mail")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="TLS to the mail server"
    )
    sms_url: str = Field("", description="gateway for short messages; empty: none")
    sms_key: SecretStr = Field(SecretStr(""), description="shared key that signs requests to it")
    scanner: str = Field(
        "", description="clamd that looks at uploads: tcp:host:port or unix:/path; empty: none"
    )
    item_keys: str = Field(
        "",
        description="public keys of portals whose signed packages of items are taken in, separated by blanks",
    )
    tsa_url: str = Field("", description="time-stamp authority (RFC 3161) for seals; empty: none, PAdES B-B")
    tsa_certificates: Path | None = Field(
        None, description="its root and signing certificate, one PEM file; laid into every stamped file"
    )
    tsa_revocations: Path | None = Field(
        None, description="its current revocation list (DER), laid into every stamped file"
    )
    csrf_secret: SecretStr | None = Field(
        None, description="shared by all web processes; default: kept in the data folder"
    )

    oidc_issuer: str | None = Field(
        None,
        description="another OpenID issuer whose accounts may sign in here, as its discovery document names it",
    )
    oidc_client_id: str = Field("", description="who this portal is to that issuer")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="its secret there")
    oidc_name: str = Field("国家政务服务平台", description="what that issuer is called on the sign-in page")
    oidc_name_en: str = Field("the national platform", description="the same in English")
    oidc_second_factor: bool = Field(
        False, description="believe that issuer when it says that two factors were shown"
    )
    staff_directory_issuer: str | None = Field(
        None, description="the city's own directory (an OpenID issuer) whose accounts sign staff in"
    )
    staff_directory_client_id: str = Field("", description="who this portal is to the directory")
    staff_directory_client_secret: SecretStr = Field(SecretStr(""), description="its secret there")
    staff_directory_name: str = Field(
        "市统一身份目录", description="what the directory is called on the sign-in page"
    )
    staff_directory_name_en: str = Field("the city's staff directory", description="the same in English")
    staff_directory_acr: str = Field(
        "",
        description="values of acr by which it tells of two factors, one of them cryptographic, separated by blanks",
    )

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.data.resolve() / "postgres")

    @property
    def embedded(self) -> bool:
        """Whether this machine runs its own PostgreSQL."""
        return self.database_url is None

    @property
    def application_url(self) -> str:
        return self.database_url or self.cluster.url(DATABASE, APPLICATION_ROLE)

    @property
    def owner_url(self) -> str:
        return self.database_owner_url or self.database_url or self.cluster.url(DATABASE, OWNER_ROLE)

    @property
    def hub_application_url(self) -> str:
        return self.hub_database_url or self.database_url or self.cluster.url(HUB_DATABASE, APPLICATION_ROLE)

    @property
    def hub_owner_url(self) -> str:
        return (
            self.hub_database_owner_url
            or self.hub_database_url
            or self.database_owner_url
            or self.database_url
            or self.cluster.url(HUB_DATABASE, OWNER_ROLE)
        )

    @property
    def keys(self) -> Path:
        return self.data.resolve() / "keys"

    @property
    def known_passwords(self) -> Path:
        """The folder of the list of passwords nobody may choose."""
        return self.data.resolve() / "passwords"

    @property
    def secure(self) -> bool:
        """Whether cookies may only travel over TLS."""
        return self.public_url.startswith("https://")


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings of this process."""
    return Settings()
