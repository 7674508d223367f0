"""Authorisations that must be refused, and good ones that look odd. In reading order:

case        what a row of the tables is, and how tokens are made good but for one thing
requests    the Authorization header
forms       the compact serialisation and its JSON
headers     alg, crit, typ, kid, and keys that a token brings along
signatures  those of others, of other content, and of none
claims      iss, aud, exp, nbf, iat, sub
grants      scope and permissions
accepted    what must pass
proofs      tables of their own: access tokens with a proof of DPoP
"""

from tests.core.guard.corpus.accepted import ACCEPTED
from tests.core.guard.corpus.case import Case
from tests.core.guard.corpus.claims import CLAIMS
from tests.core.guard.corpus.forms import FORMS
from tests.core.guard.corpus.grants import GRANTS
from tests.core.guard.corpus.headers import HEADERS
from tests.core.guard.corpus.requests import REQUESTS
from tests.core.guard.corpus.signatures import SIGNATURES

REFUSED = [*REQUESTS, *FORMS, *HEADERS, *SIGNATURES, *CLAIMS, *GRANTS]

__all__ = ["ACCEPTED", "REFUSED", "Case"]
