"""Messages in and out of signatures (JWS, ES256, through `identity.tokens`)."""

import base64
from collections.abc import Mapping
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct

from identity import tokens
from identity.errors import TokenRefused
from identity.tokens import Signer, Verifiers
from services.sharing.errors import MessageRefused
from services.sharing.messages import (
    Answer,
    CaseNotice,
    CasesAnswer,
    CasesQuestion,
    DepartmentAnswer,
    DepartmentQuestion,
    Request,
    StewardAnswer,
    StewardRequest,
    UsesAnswer,
    UsesRequest,
)

Message = TypeVar("Message", bound=Struct)

KINDS: tuple[type[Struct], ...] = (
    *(Request, Answer, UsesRequest, UsesAnswer, CaseNotice, CasesQuestion, CasesAnswer),
    *(DepartmentQuestion, DepartmentAnswer, StewardRequest, StewardAnswer),
)
READERS: dict[type[Struct], msgspec.json.Decoder[Any]] = {kind: msgspec.json.Decoder(kind) for kind in KINDS}


def sign(message: Struct, key: Signer) -> str:
    """`message` as a compact JWS under the key's `kid`."""
    return tokens.sign_message(msgspec.json.encode(message), key)


def signer_of(compact: str) -> str:
    """The `kid` a message claims, to look the key up. Raises MessageRefused("unverified")."""
    try:
        return tokens.signer_of(compact)
    except TokenRefused as exc:
        raise MessageRefused("unverified") from exc


def payload_of(compact: str) -> bytes:
    """What a message claims, nothing verified yet: to look up what it will be judged by. Raises MessageRefused."""
    try:
        payload = compact.split(".")[1].encode("ascii")
        return base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4))
    except (IndexError, ValueError) as exc:
        raise MessageRefused("unverified") from exc


def known(kid: str, public: Mapping[str, Any]) -> Verifiers:
    """One admitted key as `read` wants it; nothing for one that is no key of ours."""
    try:
        return {kid: tokens.verifier(public)}
    except TokenRefused:
        return {}


def read(compact: str, keys: Verifiers, kind: type[Message]) -> Message:
    """The message of `kind` signed by one of `keys`.

    Raises MessageRefused: "unverified" (no such key, altered, no JWS of ours) or "malformed" (signed, but
    another kind of message or not of its form).
    """
    try:
        payload = tokens.read_message(compact, keys)
    except TokenRefused as exc:
        raise MessageRefused("unverified") from exc
    try:
        return cast(Message, READERS[kind].decode(payload))
    except (msgspec.DecodeError, RecursionError) as exc:
        raise MessageRefused("malformed") from exc
