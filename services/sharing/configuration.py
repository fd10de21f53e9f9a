"""Sources as their keepers write them: a YAML file, checked whole before any of them is opened.

Secrets never stand in the file: `secret` names the environment variable that holds it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta, Struct

from identity.tokens import Signer
from services.sharing.adapters.department import DepartmentSource, KeySet
from services.sharing.adapters.files import FileSource
from services.sharing.adapters.licences import Library, LicenceSource
from services.sharing.adapters.rest import RESTSource
from services.sharing.adapters.sql import SQLSource
from services.sharing.adapters.sql_threads import ThreadedSQLSource
from services.sharing.adapters.upper import UpperHub
from services.sharing.client import HubClient, Timeouts
from services.sharing.errors import SourcesMisconfigured
from services.sharing.messages import Field
from services.sharing.sources import AnySource

Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,63}$")]
Seconds = Annotated[float, Meta(gt=0, le=10)]
Columns = Annotated[dict[Field, str], Meta(min_length=1)]
READING = re.compile(r"^\s*(SELECT|WITH)\b", re.IGNORECASE)


THREADED = {"mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite"}
SCHEMES = {"postgresql", "postgres", *THREADED}


@dataclass(frozen=True, slots=True)
class Side:
    """Who opens the sources: a hub, by the party and key with which it signs its questions.

    `library` is the licence library it may read, where it stands beside one.
    """

    party: str
    key: Signer
    library: Library | None = None


class SQLSettings(Struct, tag_field="kind", tag="sql", forbid_unknown_fields=True, kw_only=True):
    """`url` postgresql://reader@host/database (or mysql://…, or sqlite:///register.db beside the configuration)
    without password; `query` reads and binds `:subject`.
    """

    name: Name
    resource: Name
    url: str
    query: str
    subject: str
    fields: Columns
    secret: str | None = None
    as_of: str | None = None
    timeout: Seconds = 1.0
    connections: Annotated[int, Meta(ge=1, le=50)] = 5

    def open(self, secret: str | None, folder: Path, side: Side | None) -> AnySource:
        if not READING.match(self.query) or ":subject" not in self.query or ";" in self.query:
            raise ValueError("query must be one SELECT that binds :subject")
        scheme, _, rest = self.url.partition("://")
        if scheme not in SCHEMES:
            raise ValueError(f"no database of the kind {scheme}")
        kind = THREADED.get(scheme)
        opened = ThreadedSQLSource if kind else SQLSource
        beside = scheme == "sqlite" and rest.startswith("/")
        return opened(
            name=self.name,
            resource=self.resource,
            url=f"sqlite:///{(folder / rest[1:]).resolve()}" if beside else f"{kind or scheme}://{rest}",
            password=secret,
            query=self.query,
            subject_column=self.subject,
            mapping=self.fields,
            as_of_column=self.as_of,
            timeout=self.timeout,
            connections=self.connections,
        )


class RESTSettings(Struct, tag_field="kind", tag="rest", forbid_unknown_fields=True, kw_only=True):
    """`path` holds `{subject}`, or `parameter` names it in a posted body; `subject`, `fields` and `as_of` are
    dotted paths into the JSON answer.
    """

    name: Name
    resource: Name
    url: Annotated[str, Meta(pattern="^https?://")]
    path: Annotated[str, Meta(pattern="^/")]
    subject: str
    fields: Columns
    parameter: str | None = None
    health: str = "/health"
    secret: str | None = None
    secret_header: str | None = None
    as_of: str | None = None
    timeout: Seconds = 1.0

    def open(self, secret: str | None, folder: Path, side: Side | None) -> AnySource:
        if ("{subject}" in self.path) == bool(self.parameter):
            raise ValueError("either {subject} in path or a parameter")
        return RESTSource(
            name=self.name,
            resource=self.resource,
            url=self.url,
            path=self.path,
            subject_path=self.subject,
            mapping=self.fields,
            parameter=self.parameter,
            health=self.health,
            headers={self.secret_header: secret} if self.secret_header and secret else {},
            as_of_path=self.as_of,
            timeout=self.timeout,
        )


class FileSettings(Struct, tag_field="kind", tag="file", forbid_unknown_fields=True, kw_only=True):
    """`path` of a .csv or .xlsx, absolute or beside the configuration; `subject` and `fields` name its headings."""

    name: Name
    resource: Name
    path: Annotated[str, Meta(pattern=r"(?i)\.(csv|xlsx)$")]
    subject: str
    fields: Columns
    secret: str | None = None
    encoding: str = "utf-8-sig"
    sheet: str | None = None

    def open(self, secret: str | None, folder: Path, side: Side | None) -> AnySource:
        "".encode(self.encoding)
        return FileSource(
            name=self.name,
            resource=self.resource,
            path=folder / self.path,
            subject_column=self.subject,
            mapping=self.fields,
            encoding=self.encoding,
            sheet=self.sheet,
        )


class DepartmentSettings(
    Struct, tag_field="kind", tag="department", forbid_unknown_fields=True, kw_only=True
):
    """A department's own side (`yiwang department`): `keys` the file of its published keys."""

    name: Name
    resource: Name
    url: Annotated[str, Meta(pattern="^https?://")]
    keys: Annotated[str, Meta(min_length=1)]
    secret: str | None = None
    timeout: Seconds = 1.0

    def open(self, secret: str | None, folder: Path, side: Side | None) -> AnySource:
        if side is None:
            raise ValueError("only a hub asks departments")
        keys = KeySet(folder / self.keys)
        keys.verifiers()
        return DepartmentSource(
            name=self.name,
            resource=self.resource,
            url=self.url,
            keys=keys,
            key=side.key,
            hub=side.party,
            timeout=self.timeout,
        )


class HubSettings(Struct, tag_field="kind", tag="hub", forbid_unknown_fields=True, kw_only=True):
    """Another hub: `consumer` is who we are to it, `remote` its name for the resource, `item` the item of its contract."""

    name: Name
    resource: Name
    url: Annotated[str, Meta(pattern="^https?://")]
    keys: Annotated[str, Meta(min_length=1)]
    consumer: str
    remote: str = ""
    item: str = ""
    secret: str | None = None
    timeout: Seconds = 1.0

    def open(self, secret: str | None, folder: Path, side: Side | None) -> AnySource:
        if side is None:
            raise ValueError("only a hub asks another")
        client = HubClient(
            self.url,
            consumer=self.consumer,
            key=side.key,
            hub_keys=KeySet(folder / self.keys).verifiers(),
            timeouts=Timeouts(total=self.timeout, tries=1),
        )
        remote = self.remote or self.resource
        return UpperHub(name=self.name, resource=self.resource, client=client, item=self.item, remote=remote)


class LicenceSettings(Struct, tag_field="kind", tag="licences", forbid_unknown_fields=True, kw_only=True):
    """Good licences of one type: `type` its slug or national code; `fields` name keys of its fields, or what every
    licence tells (adapters.licences.STANDING).
    """

    name: Name
    resource: Name
    type: Annotated[str, Meta(min_length=1)]
    fields: Columns
    secret: str | None = None

    def open(self, secret: str | None, folder: Path, side: Side | None) -> AnySource:
        if side is None or side.library is None:
            raise ValueError("only a hub beside the portal's database reads its licences")
        return LicenceSource(
            name=self.name, resource=self.resource, library=side.library, kind=self.type, mapping=self.fields
        )


Settings = SQLSettings | RESTSettings | FileSettings | DepartmentSettings | HubSettings | LicenceSettings


class SourcesFile(Struct, forbid_unknown_fields=True):
    sources: list[Settings]


def load(file: Path, environment: Mapping[str, str], side: Side | None = None) -> list[AnySource]:
    """Every source of `file`, opened but not yet asked. Raises SourcesMisconfigured with the place and reason.

    `side` is needed by sources that are asked by signed message.
    """
    settings = _read(file)
    resources = [source.resource for source in settings]
    names = [source.name for source in settings]
    for doubled in (one for one in (*names, *resources) if names.count(one) > 1 or resources.count(one) > 1):
        raise SourcesMisconfigured(str(file), f"{doubled} stands twice")
    return [_open(source, file, environment, side) for source in settings]


def _read(file: Path) -> list[Settings]:
    try:
        return msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), SourcesFile).sources
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as exc:
        raise SourcesMisconfigured(str(file), str(exc)) from exc


def _open(settings: Settings, file: Path, environment: Mapping[str, str], side: Side | None) -> AnySource:
    secret = environment.get(settings.secret) if settings.secret else None
    if settings.secret and not secret:
        raise SourcesMisconfigured(str(file), f"{settings.name}: {settings.secret} is not set")
    try:
        return settings.open(secret, file.parent, side)
    except Exception as exc:
        # A wrong address, query or encoding fails in its own library's way; the keeper needs to know where.
        raise SourcesMisconfigured(str(file), f"{settings.name}: {exc}") from exc
