"""The authorization endpoint without its web: may this request be answered, by whom, and the code (Core 3.1.2)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from identity.actor import Actor
from identity.errors import TokenRefused
from identity.openid import queries, rules, signed, subjects
from identity.openid.errors import RequestRefused
from identity.openid.models import OpenIDClient, OpenIDGrant
from identity.openid.rules import Asked
from identity.sessions import digest, new_token
from storage.database import Session


@dataclass(frozen=True, slots=True)
class SignInFirst:
    """Nobody is signed in. `again`: somebody is, but not so that it satisfies the request."""

    again: bool


@dataclass(frozen=True, slots=True)
class AskFirst:
    """The person has not yet allowed these scopes."""

    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """The code, good once and for a minute."""

    value: str


async def answer(
    session: Session, asked: Asked, client: OpenIDClient, actor: Actor | None, *, issuer: str, at: datetime
) -> SignInFirst | AskFirst | Code:
    """What comes next on the way of a request. RequestRefused where a page would be needed and `prompt=none` forbids it."""
    silent = "none" in asked.prompt
    session_id = actor.session_id if actor else None
    signed_in_at = await queries.signed_in_at(session, session_id) if session_id else None
    if actor is None or session_id is None or signed_in_at is None:
        return _or_refuse(SignInFirst(again=False), "login_required", silent)
    if rules.must_sign_in_again(asked, signed_in_at=signed_in_at, at=at) or await _someone_else(
        session, asked, client, actor, issuer=issuer, at=at
    ):
        return _or_refuse(SignInFirst(again=True), "login_required", silent)
    if await _must_consent(session, asked, actor.person_id):
        return _or_refuse(AskFirst(asked.scopes), "consent_required", silent)
    return Code(await _issue(session, asked, actor, session_id, signed_in_at, at))


def _or_refuse(step: SignInFirst | AskFirst, error: str, silent: bool) -> SignInFirst | AskFirst:
    """Core 3.1.2.6: `prompt=none` is answered with an error, never with a page."""
    if silent:
        raise RequestRefused(error)
    return step


async def _someone_else(
    session: Session, asked: Asked, client: OpenIDClient, actor: Actor, *, issuer: str, at: datetime
) -> bool:
    """Whether `id_token_hint` names another person than the one who is here. RequestRefused for a hint not of ours."""
    if asked.hint is None:
        return False
    known = await signed.published(session, at=at)
    try:
        claims = signed.read_hint(asked.hint, known, issuer=issuer, client_id=client.id)
    except TokenRefused:
        raise RequestRefused("invalid_request", "id_token_hint is not an ID token of this issuer") from None
    return claims.get("sub") != subjects.subject(actor.person_id, client.sector)


async def _must_consent(session: Session, asked: Asked, person_id: UUID) -> bool:
    given = await queries.consent(session, person_id, asked.client_id)
    if given is None or not set(asked.scopes) <= set(given.scopes):
        return True
    return "consent" in asked.prompt and given.given_at < asked.at


async def _issue(
    session: Session, asked: Asked, actor: Actor, session_id: UUID, signed_in_at: datetime, at: datetime
) -> str:
    code = new_token()
    session.add(
        OpenIDGrant(
            client_id=asked.client_id,
            person_id=actor.person_id,
            session_id=session_id,
            scopes=list(asked.scopes),
            redirect_uri=asked.redirect_uri,
            challenge=asked.challenge,
            nonce=asked.nonce,
            acr=rules.acr_of(actor.assurance),
            auth_time=signed_in_at,
            code_hash=digest(code),
            issued_at=at,
        )
    )
    await session.flush()
    return code
