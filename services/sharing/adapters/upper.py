"""Another hub as a source (级联): the upper level is asked under its own contract, and told of the case first."""

from services.sharing.client import HubClient
from services.sharing.errors import (
    AnswerForged,
    ExchangeRefused,
    HubUnavailable,
    SourceDown,
    SourceSlow,
    SourceTrouble,
    SourceWrong,
)
from services.sharing.messages import Answer
from services.sharing.rules import Outcome
from services.sharing.sources import Ask, Found


class UpperHub:
    """`consumer` is who this level is to the upper hub; `remote` what the resource is called there."""

    def __init__(self, *, name: str, resource: str, client: HubClient, item: str, remote: str) -> None:
        self.name = name
        self.resource = resource
        self._client = client
        self._item = item
        self._remote = remote

    async def found(self, ask: Ask) -> Found:
        request = ask.request
        try:
            await self._client.announce(
                case_number=request.case_number,
                item=self._item or request.item,
                applicant=request.applicant,
                subjects=[request.subject],
                operators=[request.operator],
                at=request.at,
            )
            answer = await self._client.fetch(
                item=self._item or request.item,
                resource=self._remote,
                fields=request.fields,
                subject=request.subject,
                case_number=request.case_number,
                applicant=request.applicant,
                operator=request.operator,
                purpose=request.purpose,
                at=request.at,
                expected=request.expected,
            )
        except HubUnavailable as exc:
            raise (SourceSlow if exc.why == "slow" else SourceDown)(self.name, exc.why) from exc
        except (ExchangeRefused, AnswerForged) as exc:
            raise SourceWrong(self.name, type(exc).__name__) from exc
        return self._found(ask, answer)

    def _found(self, ask: Ask, answer: Answer) -> Found:
        if answer.outcome == Outcome.FAILED:
            raise _trouble(answer.reason)(self.name, "upper hub")
        # The form of the upper level's contract must be that of ours: more than ours allows is never passed on.
        if answer.values and answer.form != ask.form:
            raise SourceWrong(self.name, "form")
        missing = tuple(name for name in ask.request.fields if name not in answer.values)
        return Found(Outcome(answer.outcome), dict(answer.values), as_of=answer.register_at, missing=missing)

    async def check(self) -> None:
        try:
            await self._client.contracts(item=self._item)
        except HubUnavailable as exc:
            raise SourceDown(self.name, exc.why) from exc

    async def close(self) -> None:
        await self._client.close()


def _trouble(kind: str) -> type[SourceTrouble]:
    return {one.kind: one for one in (SourceDown, SourceSlow, SourceWrong)}.get(kind, SourceDown)
