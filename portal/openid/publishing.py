"""What this provider says of itself (OpenID Connect Discovery 1.0) and the keys by which its tokens are verified."""

from datetime import datetime
from typing import Any

from litestar import Controller, Response, get
from litestar.di import NamedDependency

from identity import tokens
from identity.openid import rules, signed
from portal.authentication import settings_of
from portal.openid.wording import told
from portal.request import Request
from storage.database import Session

FRESH = "public, max-age=300"


class PublishedPages(Controller):
    path = "/"
    opt = {"public": True}  # noqa: RUF012 - Litestar's way of marking routes
    include_in_schema = False

    @get("/.well-known/openid-configuration", name="openid:configuration")
    async def configuration(self, request: Request) -> Response[object]:
        content = metadata(settings_of(request.app.state).issuer)
        return told(content, cache_control=FRESH, access_control_allow_origin="*")

    @get("/openid/jwks", name="openid:jwks")
    async def jwks(
        self, session: NamedDependency[Session], now: NamedDependency[datetime]
    ) -> Response[object]:
        known = await signed.published(session, at=now)
        return told(tokens.jwks(known), cache_control=FRESH, access_control_allow_origin="*")


def metadata(issuer: str) -> dict[str, Any]:
    """The discovery document (Discovery 1.0, 3). What is not offered is said not to be."""
    place = f"{issuer}/openid"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{place}/authorize",
        "token_endpoint": f"{place}/token",
        "userinfo_endpoint": f"{place}/userinfo",
        "jwks_uri": f"{place}/jwks",
        "end_session_endpoint": f"{place}/logout",
        "scopes_supported": [scope.value for scope in rules.Scope],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": [tokens.ALGORITHM, tokens.RSA_ALGORITHM],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "none",
        ],
        "token_endpoint_auth_signing_alg_values_supported": [tokens.ALGORITHM, tokens.RSA_ALGORITHM],
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [rules.acr_of(1), rules.acr_of(2)],
        "prompt_values_supported": sorted(rules.PROMPTS),
        "claim_types_supported": ["normal"],
        "claims_supported": sorted(
            {"iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "sid", "at_hash"}
            | rules.claims_of(scope.value for scope in rules.Scope)
        ),
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "ui_locales_supported": ["zh-CN", "en"],
        "service_documentation": f"{issuer}/help",
    }
