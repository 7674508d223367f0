"""The embedded issuer: a small Auth0 tenant for development and tests.

In reading order:

loopback    loopback hosts, origins and redirect URIs
keys        the signing keys and the machine client's secret, stored on disk
clients     the two clients: one for browsers, one for machines
personas    the people as whom one can log in
codes       authorization codes
grants      the grants of RFC 6749, PKCE (RFC 7636) and Auth0's audience parameter
server      the authorization server (Authlib) with these clients, codes and grants
endpoints   the HTTP endpoints below the issuer's URL
issuer      EmbeddedIssuer, which puts all of these together
"""

from api.core.issuer.issuer import EmbeddedIssuer

__all__ = ["EmbeddedIssuer"]
