"""A department's own side as a source: asked by signed question, answered by signed answer, values in their form.

What a verify-only or derived contract keeps back never crosses the wire: it is put into its form over there.
"""

import json
import secrets
from datetime import datetime
from pathlib import Path

import msgspec

from identity import tokens
from identity.errors import TokenRefused
from identity.tokens import Signer, Verifiers
from services.sharing import signing
from services.sharing.adapters.wire import Wire
from services.sharing.errors import MessageRefused, SourceDown, SourceSlow, SourceWrong
from services.sharing.messages import MEDIA_TYPE, DepartmentAnswer, DepartmentQuestion, digest
from services.sharing.rules import CLOCK_TOLERANCE, Form, Outcome
from services.sharing.sources import Ask, Found

OUTCOMES = {Outcome.HIT, Outcome.MISS, Outcome.MISMATCH}
TROUBLES = {kind.kind: kind for kind in (SourceDown, SourceSlow, SourceWrong)}
OK = 200


class KeySet:
    """A JWK set in a file, handed over by its owner and read again when it is replaced: a rotation needs no restart."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: tuple[int, Verifiers] | None = None

    def verifiers(self) -> Verifiers:
        """The keys as they stand. Raises OSError, or ValueError for a file that is no key set."""
        mark = self._path.stat().st_mtime_ns
        if self._known is None or self._known[0] != mark:
            try:
                keys = json.loads(self._path.read_text(encoding="utf-8"))["keys"]
                known = [tokens.verifier(one) for one in keys]
            except (KeyError, TypeError, TokenRefused) as exc:
                raise ValueError(f"{self._path} is no JWK set") from exc
            self._known = mark, {one.kid: one for one in known}
        return self._known[1]


class DepartmentSource:
    """`url` of `yiwang department`, `keys` its published keys, `key` the hub's own, `hub` who the hub says it is."""

    def __init__(
        self, *, name: str, resource: str, url: str, keys: KeySet, key: Signer, hub: str, timeout: float = 1.0
    ) -> None:
        self.name = name
        self.resource = resource
        self._keys = keys
        self._key = key
        self._hub = hub
        self._wire = Wire(name, url, timeout=timeout)

    async def found(self, ask: Ask) -> Found:
        question = self._question(ask)
        compact = signing.sign(question, self._key)
        headers = {"content-type": MEDIA_TYPE}
        status, body = await self._wire.ask("POST", "/ask", content=compact, headers=headers)
        if status != OK:
            raise self._wire.trouble(status)
        reply = body.decode("ascii", "replace")
        answer = self._believed(reply, compact, question.at)
        if answer.outcome == Outcome.FAILED:
            raise TROUBLES.get(answer.reason, SourceDown)(self.name, "department")
        if answer.outcome not in OUTCOMES or not self._fits(answer, ask):
            raise SourceWrong(self.name, "form")
        return Found(
            Outcome(answer.outcome),
            answer.values,
            as_of=answer.register_at,
            missing=tuple(answer.missing),
            question=compact,
            reply=reply,
        )

    async def check(self) -> None:
        status, _ = await self._wire.ask("GET", "/health")
        if status != OK:
            raise self._wire.trouble(status)

    async def close(self) -> None:
        await self._wire.close()

    def _question(self, ask: Ask) -> DepartmentQuestion:
        request = ask.request
        return DepartmentQuestion(
            hub=self._hub,
            use=ask.use,
            request=ask.digest,
            case_number=request.case_number,
            item=request.item,
            purpose=request.purpose,
            resource=request.resource,
            fields=list(request.fields),
            types=dict(ask.types),
            subject=request.subject,
            form=ask.form,
            at=request.at,
            nonce=secrets.token_hex(16),
            derived={name: one for name, one in ask.derived.items() if name in request.fields},
            expected=dict(request.expected),
        )

    def _believed(self, reply: str, compact: str, at: datetime) -> DepartmentAnswer:
        try:
            answer = signing.read(reply, self._keys.verifiers(), DepartmentAnswer)
        except (MessageRefused, OSError, ValueError) as exc:
            raise SourceWrong(self.name, "signature") from exc
        if answer.question != digest(compact):
            raise SourceWrong(self.name, "other question")
        if answer.at.tzinfo is None or abs(answer.at - at) > CLOCK_TOLERANCE * 2:
            raise SourceWrong(self.name, "clock")
        return answer

    def _fits(self, answer: DepartmentAnswer, ask: Ask) -> bool:
        """Nothing that was not asked for, and of a yes-no form nothing but yes and no."""
        asked = set(ask.request.fields)
        if not answer.values.keys() <= asked or (answer.values and answer.outcome != Outcome.HIT):
            return False
        truths = ask.form in {Form.VERIFY, Form.DERIVED}
        return not truths or all(isinstance(value, bool) for value in answer.values.values())


def as_ask(question: DepartmentQuestion) -> dict[str, object]:
    """For journals: what was asked, without whom."""
    told = msgspec.structs.asdict(question)
    return {
        name: told[name] for name in ("hub", "use", "request", "case_number", "resource", "fields", "form")
    }
