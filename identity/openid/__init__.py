"""OpenID Connect: other systems sign people in through this portal, and this portal through another issuer."""
