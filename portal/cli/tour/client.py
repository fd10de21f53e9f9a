"""A patient client: it waits for a portal that restarts, and never sends twice what must not be done twice."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

from portal.cli.tour.errors import AnswerLost, PortalAway, StepFailed

API = "/api/v1"
PATIENCE = 60.0
PAUSE = 0.5
SETTLING = 1.5
"""Seconds until a deed whose process died has either reached the database or never will."""
TRIES = 6

Json = Any
Found = TypeVar("Found")


class Client:
    """One portal. `token` is the bearer token of whoever makes the call."""

    def __init__(self, base_url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self.base_url = base_url.rstrip("/")
        # trust_env off: a proxy of the environment has no business between us and the portal.
        self._http = httpx.Client(
            base_url=self.base_url,
            timeout=httpx.Timeout(30.0, connect=5.0),
            trust_env=False,
            transport=transport,
        )

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, *, token: str | None = None, expect: int = 200) -> httpx.Response:
        return self.repeatable("GET", path, token=token, expect=expect)

    def repeatable(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        expect: int = 200,
        key: str | None = None,
        json: Json = None,
        files: Any = None,
    ) -> httpx.Response:
        """A call that may be sent again: a read, a PUT, a PATCH, or anything with an idempotency key."""
        headers = {"idempotency-key": key} if key else {}
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._once(method, path, token, expect, headers, json=json, files=files)
            except AnswerLost:
                if time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE)

    def once(
        self,
        path: str,
        *,
        token: str | None,
        expect: int,
        json: Json,
        done: Callable[[], Found | None],
    ) -> httpx.Response | Found:
        """A POST that must not be done twice. When its answer is lost, `done` looks whether it was done.

        Gives the answer, or what `done` found instead of it.
        """
        lost = False
        for _ in range(TRIES):
            try:
                return self._once("POST", path, token, expect, {}, json=json)
            except AnswerLost:
                lost = True
                time.sleep(SETTLING)
            except StepFailed:
                if not lost:
                    raise
            # Refused after a lost answer may mean that the lost one came through after all.
            if (found := done()) is not None:
                return found
        raise AnswerLost(f"POST {path}")

    def ask(self, path: str, *, expect: int, json: Json) -> Json:
        """A POST without a token, sent once. Raises AnswerLost: the caller knows whether it may ask again."""
        return self._once("POST", path, None, expect, {}, json=json).json()

    def refused(
        self, method: str, path: str, *, token: str | None, json: Json = None
    ) -> tuple[int, Mapping[str, Any]]:
        """Status and problem of a call that should not succeed."""
        response = self._answered(method, path, token, json)
        try:
            told = response.json()
        except ValueError:
            told = {}
        return response.status_code, told if isinstance(told, dict) else {}

    def _answered(self, method: str, path: str, token: str | None, json: Json) -> httpx.Response:
        """The answer to a call that changes nothing, because it is refused: asked until there is one."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                response = self._patiently(method, path, self._headers(token, {}), json=json)
                if response.status_code < 500 or time.monotonic() > deadline:
                    return response
            except AnswerLost:
                if time.monotonic() > deadline:
                    raise
            time.sleep(PAUSE)

    def _once(
        self,
        method: str,
        path: str,
        token: str | None,
        expect: int,
        headers: Mapping[str, str],
        **content: Any,
    ) -> httpx.Response:
        response = self._patiently(method, path, self._headers(token, headers), **content)
        if response.status_code >= 500:
            raise AnswerLost(f"{method} {path} ({response.status_code})")
        if response.status_code != expect:
            raise StepFailed(f"{method} {path}: {response.status_code} {_problem(response)}")
        return response

    def _patiently(
        self, method: str, path: str, headers: Mapping[str, str], **content: Any
    ) -> httpx.Response:
        """Send as soon as somebody listens. Raises AnswerLost once it was sent, PortalAway when nobody listens."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self._http.request(method, f"{API}{path}", headers=dict(headers), **content)
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
                if time.monotonic() > deadline:
                    raise PortalAway(self.base_url, PATIENCE) from None
                time.sleep(PAUSE)
            except httpx.TransportError as exc:
                raise AnswerLost(f"{method} {path}") from exc

    def _headers(self, token: str | None, headers: Mapping[str, str]) -> dict[str, str]:
        return {**headers, **({"authorization": f"Bearer {token}"} if token else {})}


def _problem(response: httpx.Response) -> str:
    try:
        told = response.json()
    except ValueError:
        return response.text[:200]
    members = {name: value for name, value in told.items() if name not in {"type", "status"} and value}
    return ", ".join(f"{name} {value}" for name, value in members.items())[:400]
