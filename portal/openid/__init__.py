"""The doors of OpenID Connect: where other systems, and people on their way to and from them, come in."""
