"""What a check is: one rule of a token or of a proof, and the result of applying it.

A check is data: a name, the standard that demands it, a pure function that says whether it passes,
and the words for people. The words are made only when somebody asks for them, so that a request
that is let in pays for none.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

Subject = TypeVar("Subject")
Context = TypeVar("Context")


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of a check, in words for people on a terminal.

    :param name: the name of the check
    :param passed: whether the check passed
    :param found: what the token or the proof says
    :param expected: what the API demands
    :param remedy: what is wrong and what to change; empty if the check passed
    """

    name: str
    passed: bool
    found: str
    expected: str
    remedy: str = ""


# Without slots: Python 3.11 cannot make a generic dataclass with them by the name of an alias.
@dataclass(frozen=True)
class Check(Generic[Subject, Context]):
    """A rule that a token or a proof must keep.

    `found`, `expected` and `remedy` are texts, or functions of the subject and the context that
    return one. A remedy holds nothing of the subject: it is sent to clients.

    :param name: the name by which a refusal is counted, and which its detail begins with
    :param source: the standard that demands it
    :param passes: whether the subject keeps the rule; it never raises, whatever the subject holds
    :param found: what the subject says, printable
    :param expected: what the rule demands
    :param remedy: what is wrong and what to change; it is asked for only after a failure
    """

    name: str
    source: str
    passes: Callable[[Subject, Context], bool]
    found: str | Callable[[Subject, Context], str]
    expected: str | Callable[[Subject, Context], str]
    remedy: str | Callable[[Subject, Context], str]

    def remedy_for(self, subject: Subject, context: Context) -> str:
        """Return what is wrong with a subject that has failed, and what to change."""
        return _text(self.remedy, subject, context)

    def result(self, subject: Subject, context: Context) -> CheckResult:
        """Apply the rule, and return the result in words."""
        passed = self.passes(subject, context)
        return CheckResult(
            name=self.name,
            passed=passed,
            found=_text(self.found, subject, context),
            expected=_text(self.expected, subject, context),
            remedy="" if passed else self.remedy_for(subject, context),
        )


def first_failure(
    checks: Iterable[Check[Subject, Context]], subject: Subject, context: Context
) -> Check[Subject, Context] | None:
    """Return the first check that does not pass, or None if all pass."""
    return next((check for check in checks if not check.passes(subject, context)), None)


def _text(
    words: str | Callable[[Subject, Context], str], subject: Subject, context: Context
) -> str:
    return words if isinstance(words, str) else words(subject, context)
