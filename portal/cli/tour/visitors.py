"""Who takes part in the tour: sample people, each signed in once, their tokens kept."""

import time
from dataclasses import dataclass, field

from portal.cli.demo import people
from portal.cli.tour.client import Client
from portal.cli.tour.codes import code_at, until_next
from portal.cli.tour.errors import AnswerLost, StepFailed

PATIENCE = 120.0
MOST_REFUSED = 3
"""Sign-ins with a code that are refused before we believe it."""


@dataclass
class Visitors:
    """Tokens by account; an account signs in when it is first needed."""

    client: Client
    tokens: dict[str, str] = field(default_factory=dict)

    def citizen(self, key: str) -> str:
        """The token of a sample citizen."""
        return self._token(people.person(key).phone, None)

    def officer(self, login: str) -> str:
        """The token of a sample member of staff."""
        return self._token(login, people.staff(login).totp_secret)

    def _token(self, account: str, secret: str | None) -> str:
        if account not in self.tokens:
            self.tokens[account] = self._sign_in(account, secret)
        return self.tokens[account]

    def _sign_in(self, account: str, secret: str | None) -> str:
        """Sign in; a code that was used already (by a tour just before, or in a lost answer) is waited out."""
        deadline, refused = time.monotonic() + PATIENCE, 0
        while True:
            body = {"account": account, "password": people.PASSWORD}
            if secret:
                body["code"] = code_at(secret, time.time())
            try:
                return str(self.client.ask("/sessions", expect=201, json=body)["access_token"])
            except AnswerLost:
                if time.monotonic() > deadline:
                    raise
            except StepFailed:
                refused += 1
                if secret is None or refused == MOST_REFUSED:
                    raise
            time.sleep(until_next(time.time()) + 0.5 if secret else 1.0)
