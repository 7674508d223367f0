"""Proofs that must be refused, and good ones that look odd (RFC 9449). In reading order:

proof_case      what a row of the tables is, and how proofs are made good but for one thing
proof_forms     the DPoP header and the form of what is in it
proof_keys      typ, alg, crit, jwk and the signature
proof_claims    htm, htu, iat, ath, jti
proof_tokens    the access token beside the proof
proof_accepted  what must pass
"""

from tests.core.guard.corpus.proof_accepted import ACCEPTED as ACCEPTED_PROOFS
from tests.core.guard.corpus.proof_case import ProofCase
from tests.core.guard.corpus.proof_claims import CLAIMS
from tests.core.guard.corpus.proof_forms import FORMS
from tests.core.guard.corpus.proof_keys import KEYS
from tests.core.guard.corpus.proof_tokens import TOKENS

REFUSED_PROOFS = [*FORMS, *KEYS, *CLAIMS, *TOKENS]

__all__ = ["ACCEPTED_PROOFS", "REFUSED_PROOFS", "ProofCase"]
