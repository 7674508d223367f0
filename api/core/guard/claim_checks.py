"""Further checks of a team's own: what an access token must say in a claim, beside its scopes."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import g

from api.core.declarations import DeclarationError
from api.core.guard.checks import CheckResult
from api.core.guard.claims import Members
from api.core.guard.extension import current_guard
from api.core.problems import Problem
from api.core.text import shown

_LOG = logging.getLogger(__name__)

Scalar = str | int | float
_SCALAR = (str, int, float)


@dataclass(frozen=True)
class ClaimCheck:
    """A check of one claim of an access token. `claim_check` makes it.

    :param claim: the name of the claim
    :param passes: says whether the value of the claim will do
    :param expected: what the claim must be, in words
    :param problem: what a caller is answered whose token does not pass
    """

    claim: str
    passes: Callable[[Any], bool]
    expected: str
    problem: type[Problem]

    def accepts(self, claims: Members) -> bool:
        """Return whether the claims pass. Without the claim, or in doubt, they do not.

        :param claims: the claims of an accepted token
        """
        if self.claim not in claims:
            return False
        try:
            passed = self.passes(claims[self.claim])
        except Exception:
            _LOG.exception("the check of the claim %r has failed: the token is refused", self.claim)
            return False
        if not isinstance(passed, bool):
            kind = type(passed).__name__
            _LOG.error("the check of the claim %r returned %s, not a bool", self.claim, kind)
        return passed is True

    def result(self, claims: Members) -> CheckResult:
        """Return the result in words.

        :param claims: the claims of a token
        """
        passed = self.accepts(claims)
        return CheckResult(
            name=self.claim,
            passed=passed,
            found=shown(claims.get(self.claim)),
            expected=self.expected,
            remedy="" if passed else self.problem.detail,
        )


def claim_check(
    claim: str,
    *,
    problem: type[Problem],
    contains: Scalar | None = None,
    equals: Scalar | None = None,
    passes: Callable[[Any], bool] | None = None,
    expected: str = "",
) -> ClaimCheck:
    """Return a check of a claim, for `@require_auth(checks=[...])`.

    Give one of `contains`, `equals` and `passes`. A value of another type does not pass: the text
    "editors" does not contain "editor", and true is not 1.

    :param claim: the name of the claim: "https://example.com/roles"
    :param problem: what a caller is answered whose token does not pass, of a status from 400 to 499
    :param contains: the claim is a list, and this is one of its items
    :param equals: the claim is this value
    :param passes: a function of the claim's value, which returns True or False
    :param expected: what the claim must be, in words for the documents and `token explain`. It goes
        with `passes`
    :raises DeclarationError: an argument is missing or wrong
    """
    _check_problem(claim, problem)
    if not (isinstance(claim, str) and claim and claim.isprintable()):
        raise DeclarationError(f"claim_check({claim!r}): write the name of a claim")
    if isinstance(contains, _SCALAR) and equals is None and passes is None and not expected:
        words = f"a list with {json.dumps(contains)}"
        return ClaimCheck(claim, partial(_has, contains), words, problem)
    if isinstance(equals, _SCALAR) and contains is None and passes is None and not expected:
        return ClaimCheck(claim, partial(_is, equals), json.dumps(equals), problem)
    if callable(passes) and contains is None and equals is None and expected:
        return ClaimCheck(claim, passes, expected, problem)
    raise DeclarationError(
        f"claim_check({claim!r}): give one of contains= and equals=, a text, number or bool, and "
        "passes=, a function of the claim's value. Beside passes=, expected= says in words what "
        "the claim must be"
    )


def refuse_unless(checks: Sequence[ClaimCheck], claims: Members) -> None:
    """Raise the problem of the first check that the claims do not pass.

    :param checks: the checks
    :param claims: the claims of an accepted token
    """
    for check in checks:
        if not check.accepts(claims):
            # For the request's line in the access log.
            g.refusal = current_guard().count(check.problem.name)
            raise check.problem


def _check_problem(claim: str, problem: Any) -> None:
    is_problem = isinstance(problem, type) and issubclass(problem, Problem)
    is_named = all(hasattr(problem, member) for member in ("name", "title", "detail"))
    if not (is_problem and is_named and 400 <= getattr(problem, "status", 0) <= 499):
        raise DeclarationError(
            f"claim_check({claim!r}): problem= takes a class derived from Problem, with a name, a "
            f"title, a detail and a status from 400 to 499, not {problem!r}"
        )


def _is(expected: Scalar, value: Any) -> bool:
    # Python counts true and false as numbers, JSON does not.
    return value == expected and isinstance(value, bool) is isinstance(expected, bool)


def _has(expected: Scalar, value: Any) -> bool:
    return isinstance(value, list) and any(_is(expected, item) for item in value)
