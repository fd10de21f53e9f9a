"""The sample market-regulation register (示例市场主体登记库): an HTTP service of its own, with its own key.

It speaks its department's names, not the hub's: the mapping in `sources.yaml` is what joins them.
"""

import hmac
import os
from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Litestar, Request, get
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from portal.cli.demo.people import FIRMS, SampleFirm, person

KEY_HEADER = "x-register-key"
KEY_VARIABLE = "YIWANG_SAMPLE_REGISTER_KEY"

Entry = Mapping[str, Any]


def create_register(*, key: str, firms: Sequence[SampleFirm] = FIRMS) -> Litestar:
    """The register as an application; every question needs `key` in the header `x-register-key`."""
    entries = {firm.credit_code: _entry(firm) for firm in firms}

    def with_key(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        given = connection.headers.get(KEY_HEADER, "")
        if not hmac.compare_digest(given.encode(), key.encode()):
            raise NotAuthorizedException

    @get("/entities/{code:str}", guards=[with_key])
    async def entity(code: FromPath[str]) -> Entry:
        if code not in entries:
            raise NotFoundException
        return entries[code]

    @get("/health", opt={"public": True})
    async def health(request: Request[Any, Any, Any]) -> dict[str, str]:
        return {"status": "up", "path": request.url.path}

    return Litestar(route_handlers=[entity, health], openapi_config=None)


def from_environment() -> Litestar:
    """The register under the key of YIWANG_SAMPLE_REGISTER_KEY: the factory a server process is started with."""
    return create_register(key=os.environ[KEY_VARIABLE])


def _entry(firm: SampleFirm) -> Entry:
    head = person(firm.legal_representative)
    return {
        "uscc": firm.credit_code,
        "entName": firm.name,
        "entType": firm.kind,
        "regState": firm.status,
        "estDate": firm.registered_on,
        "opScope": firm.scope,
        "dom": firm.premises,
        "leRep": {"name": head.name, "cerNo": head.id_number},
    }
