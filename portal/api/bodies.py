"""Bodies that are one of several: a file or a promise, a file or a code, and each deed's own words.

The handler reads such a body itself; what it takes is described here for the document.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import msgspec
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException, ValidationException
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody
from msgspec import Struct

from portal.request import Request

JSON, MULTIPART = "application/json", "multipart/form-data"
Taken = TypeVar("Taken", bound=Struct)

FILES = {
    "type": "object",
    "properties": {
        "file": {"type": "array", "items": {"type": "string", "contentMediaType": "application/octet-stream"}}
    },
    "required": ["file"],
}
ONE_FILE = {
    "type": "object",
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    "required": ["file"],
}


def taking(content: Mapping[str, Mapping[str, Any]], *, required: bool = True) -> type[Operation]:
    """An operation whose body is described by hand: media type → JSON Schema."""
    media = {
        kind: OpenAPIMediaType(schema=cast(Any, dict(schema)))  # a schema as it stands in the document
        for kind, schema in content.items()
    }

    @dataclass  # without it the parent's __init__ would not call __post_init__
    class Described(Operation):
        def __post_init__(self) -> None:
            self.request_body = RequestBody(content=media, required=required)

    return Described


def schema_of(*kinds: type[Struct]) -> dict[str, Any]:
    """The JSON Schema of a struct, or of one of several, with nothing left to look up elsewhere."""
    schemas = [_inlined(kind) for kind in kinds]
    return schemas[0] if len(schemas) == 1 else {"oneOf": schemas}


def _inlined(kind: type[Struct]) -> dict[str, Any]:
    schema, components = msgspec.json.schema_components([kind], ref_template="{name}")
    found: dict[str, Any] = _resolved(schema[0], components)
    return found


def _resolved(schema: Any, components: Mapping[str, Any]) -> Any:
    if isinstance(schema, Mapping):
        if "$ref" in schema:
            return _resolved(components[schema["$ref"]], components)
        return {key: _resolved(value, components) for key, value in schema.items()}
    return [_resolved(one, components) for one in schema] if isinstance(schema, list) else schema


def is_multipart(request: Request) -> bool:
    return request.content_type[0] == MULTIPART


async def read(request: Request, kind: type[Taken]) -> Taken:
    """The JSON body as `kind`; an empty one stands for `{}`. Raises ValidationException (400)."""
    content = await request.body()
    try:
        return msgspec.json.decode(content or b"{}", type=kind)
    except msgspec.ValidationError as exc:
        raise ValidationException(extra=[_where(str(exc))]) from exc
    except msgspec.DecodeError as exc:
        raise ClientException(detail="the body is not JSON") from exc


def _where(text: str) -> dict[str, str]:
    """msgspec's «… - at `$.member`» in two parts."""
    message, _, place = text.partition(" - at `$")
    return {"message": message, "key": place.strip("`.")}


async def files(request: Request) -> Sequence[tuple[str, bytes]]:
    """The parts called `file`: (name, content). Raises ValidationException when there is none."""
    parts = (await request.form()).getall("file", [])
    found = [(one.filename, await one.read()) for one in parts if isinstance(one, UploadFile)]
    if not found:
        raise ValidationException(extra=[{"message": "Object missing required field `file`", "key": "file"}])
    return found
