"""Sources as their keepers write them: a YAML file, checked whole before any of them is opened.

Secrets never stand in the file: `secret` names the environment variable that holds it.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import yaml
from msgspec import Meta, Struct

from services.sharing.adapters.files import FileSource
from services.sharing.adapters.rest import RESTSource
from services.sharing.adapters.sql import SQLSource
from services.sharing.errors import SourcesMisconfigured
from services.sharing.messages import Field
from services.sharing.sources import Source

Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,63}$")]
Seconds = Annotated[float, Meta(gt=0, le=10)]
Columns = Annotated[dict[Field, str], Meta(min_length=1)]
READING = re.compile(r"^\s*(SELECT|WITH)\b", re.IGNORECASE)


class SQLSettings(Struct, tag_field="kind", tag="sql", forbid_unknown_fields=True, kw_only=True):
    """`url` postgresql://reader@host/database without password; `query` reads and binds `:subject`."""

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

    def open(self, secret: str | None, folder: Path) -> Source:
        if not READING.match(self.query) or ":subject" not in self.query or ";" in self.query:
            raise ValueError("query must be one SELECT that binds :subject")
        return SQLSource(
            name=self.name,
            resource=self.resource,
            url=self.url,
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

    def open(self, secret: str | None, folder: Path) -> Source:
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

    def open(self, secret: str | None, folder: Path) -> Source:
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


Settings = SQLSettings | RESTSettings | FileSettings


class SourcesFile(Struct, forbid_unknown_fields=True):
    sources: list[Settings]


def load(file: Path, environment: Mapping[str, str]) -> list[Source]:
    """Every source of `file`, opened but not yet asked. Raises SourcesMisconfigured with the place and reason."""
    settings = _read(file)
    resources = [source.resource for source in settings]
    names = [source.name for source in settings]
    for doubled in (one for one in (*names, *resources) if names.count(one) > 1 or resources.count(one) > 1):
        raise SourcesMisconfigured(str(file), f"{doubled} stands twice")
    return [_open(source, file, environment) for source in settings]


def _read(file: Path) -> list[Settings]:
    try:
        return msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), SourcesFile).sources
    except (OSError, UnicodeDecodeError, yaml.YAMLError, msgspec.ValidationError) as exc:
        raise SourcesMisconfigured(str(file), str(exc)) from exc


def _open(settings: Settings, file: Path, environment: Mapping[str, str]) -> Source:
    secret = environment.get(settings.secret) if settings.secret else None
    if settings.secret and not secret:
        raise SourcesMisconfigured(str(file), f"{settings.name}: {settings.secret} is not set")
    try:
        return settings.open(secret, file.parent)
    except Exception as exc:
        # A wrong address, query or encoding fails in its own library's way; the keeper needs to know where.
        raise SourcesMisconfigured(str(file), f"{settings.name}: {exc}") from exc
