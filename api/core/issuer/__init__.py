"""The embedded issuer: an Auth0 tenant in miniature, for development and tests alone.

Reading order:

    loopback    who may speak to it, and where it may send a browser
    keys        the signing key and the machine client's secret, kept on disk
    clients     the two clients it knows
    personas    the people one can log in as
    codes       authorization codes between login and token
    grants      RFC 6749 with PKCE (RFC 7636) and Auth0's audience parameter
    server      Authlib's AuthorizationServer over all of these
    endpoints   the addresses below the issuer's URL
    issuer      EmbeddedIssuer, the face
"""

from api.core.issuer.issuer import EmbeddedIssuer

__all__ = ["EmbeddedIssuer"]
