"""Metaservices: who provides what, by which methods, and the hub's own OpenAPI description (3.1)."""

from typing import Any

import msgspec
from msgspec import Struct

from portal.hub.schemas import ContractEntry, DirectoryEntry, Health
from services.sharing.messages import (
    MEDIA_TYPE,
    Answer,
    CaseNotice,
    CasesAnswer,
    CasesQuestion,
    Request,
    StewardAnswer,
    StewardRequest,
    UsesAnswer,
    UsesRequest,
)

SIGNED: tuple[tuple[str, str, type[Struct], type[Struct]], ...] = (
    ("/exchange", "Ask a register for fields of a subject, for one case", Request, Answer),
    ("/uses", "Who used the data of a subject", UsesRequest, UsesAnswer),
    ("/cases", "Tell of a case", CaseNotice, CasesAnswer),
    ("/cases/open", "Which cases are believed open", CasesQuestion, CasesAnswer),
    ("/steward", "What a department's steward asks or does", StewardRequest, StewardAnswer),
)
READ: tuple[tuple[str, str, Any], ...] = (
    ("/directory", "The directory", list[DirectoryEntry]),
    ("/contracts", "The contracts in force", list[ContractEntry]),
    ("/contracts/{number}", "One contract", ContractEntry),
    ("/services", "Who provides what, by which method", list[dict[str, Any]]),
    ("/keys", "The hub's public keys (RFC 7517)", dict[str, list[dict[str, str]]]),
    ("/health/ready", "Readiness, and the state of each source", Health),
)


def services(entries: list[DirectoryEntry]) -> list[dict[str, Any]]:
    """Every resource with its provider and the method by which it is asked."""
    return [
        {
            "provider": one.provider,
            "provider_name": one.provider_name,
            "resource": one.code,
            "name": one.name,
            "subject": one.subject_key,
            "fields": [field["name"] for field in one.fields],
            "methods": [{"method": "POST", "path": "/exchange", "message": "Request", "answer": "Answer"}],
            "description": "/openapi.json",
        }
        for one in entries
    ]


def openapi() -> dict[str, Any]:
    """The description; what is signed is described by the payload inside its signature."""
    kinds = [kind for *_, asked, answered in SIGNED for kind in (asked, answered)]
    kinds += [kind for *_, kind in READ]
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    told = dict(zip(map(str, kinds), schemas, strict=True))
    paths: dict[str, Any] = {}
    for path, what, asked, answered in SIGNED:
        paths[path] = {
            "post": {
                "summary": what,
                "requestBody": {"required": True, "content": {MEDIA_TYPE: _payload(told[str(asked)])}},
                "responses": {
                    "200": {"description": "Signed", "content": {MEDIA_TYPE: _payload(told[str(answered)])}},
                    "4XX": {"description": "Refused, with its reason (RFC 9457)"},
                },
            }
        }
    for path, what, kind in READ:
        content = {"application/json": {"schema": told[str(kind)]}}
        paths[path] = {
            "get": {"summary": what, "responses": {"200": {"description": "OK", "content": content}}}
        }
    paths["/contracts/{number}"]["parameters"] = [
        {"name": "number", "in": "path", "required": True, "schema": {"type": "string"}}
    ]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Yiwang sharing hub", "version": "1"},
        "paths": paths,
        "components": {"schemas": components},
    }


def _payload(schema: dict[str, Any]) -> dict[str, Any]:
    """A compact JWS (ES256) around a JSON payload of this form."""
    return {"schema": {"type": "string", "contentMediaType": MEDIA_TYPE, "contentSchema": schema}}
