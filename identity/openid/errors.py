"""Why another system, or a person on the way to one, could not be served.

OpenIDError
├── ClientUnknown       no such client, or it was switched off
├── RedirectUnknown     not one of the addresses the client registered: nobody is sent there
├── RequestRefused      a request the client is told about, by an error code of the protocol
├── RegistrationWrong   what was registered about a client does not fit; by field
├── TicketRefused       a way back that was altered, ran out, or is somebody else's
├── LogoutUndelivered   a client did not take the news that a session ended; it is told again
├── CounterpartUnusable the other issuer does not answer as the standard says
└── ArrivalRefused      what came back from the other issuer signs nobody in
"""

from collections.abc import Mapping

from identity.errors import IdentityError


class OpenIDError(IdentityError):
    """Base of what this package refuses on purpose."""


class ClientUnknown(OpenIDError):
    def __init__(self) -> None:
        super().__init__("no such client")


class RedirectUnknown(OpenIDError):
    def __init__(self) -> None:
        super().__init__("no registered address of this client")


class RequestRefused(OpenIDError):
    """`error` is a code of RFC 6749 or OpenID Connect; `why` is English for the client's engineers, never for people."""

    def __init__(self, error: str, why: str = "") -> None:
        super().__init__(f"{error}: {why}" if why else error)
        self.error = error
        self.why = why


class RegistrationWrong(OpenIDError):
    """`mistakes` by field: "missing" | "address" | "sector" | "keys" | "scopes"."""

    def __init__(self, mistakes: Mapping[str, str]) -> None:
        super().__init__(f"registration refused: {', '.join(sorted(mistakes))}")
        self.mistakes = mistakes


class TicketRefused(OpenIDError):
    def __init__(self) -> None:
        super().__init__("this way back is closed")


class LogoutUndelivered(OpenIDError):
    def __init__(self, client_id: str, why: str) -> None:
        super().__init__(f"{client_id} was not told of a logout: {why}")
        self.client_id = client_id
        self.why = why


class CounterpartUnusable(OpenIDError):
    def __init__(self, why: str) -> None:
        super().__init__(f"the other issuer cannot be used: {why}")
        self.why = why


class ArrivalRefused(OpenIDError):
    """`why`: "denied" | "state" | "token" | "unverified" | "no-account" | "claimed" …; for the log and the page's choice of words."""

    def __init__(self, why: str) -> None:
        super().__init__(f"arrival refused: {why}")
        self.why = why
