"""Checks as data: what a check and its result are."""

from api.core.guard.checks import Check, CheckResult, first_failure

SHORT = Check[str, int](
    "short",
    source="RFC 1",
    passes=lambda text, limit: len(text) <= limit,
    found=lambda text, _limit: f"{len(text)} characters",
    expected=lambda _text, limit: f"at most {limit}",
    remedy="shorten it",
)
LOWER = Check[str, int](
    "lower",
    source="RFC 2",
    passes=lambda text, _limit: text.islower(),
    found="letters",
    expected="small letters",
    remedy=lambda _text, limit: f"write all {limit} small",
)


def test_a_result_has_words() -> None:
    """The result of a check says what was found, what is expected, and what to change."""
    assert SHORT.result("abcd", 3) == CheckResult(
        "short", passed=False, found="4 characters", expected="at most 3", remedy="shorten it"
    )


def test_what_has_passed_has_no_remedy() -> None:
    """After a check has passed there is nothing to change."""
    result = SHORT.result("abc", 3)
    assert (result.passed, result.remedy) == (True, "")


def test_the_first_failure() -> None:
    """The first check that does not pass is returned, and None if all pass."""
    assert first_failure((SHORT, LOWER), "ABCD", 3) is SHORT
    assert first_failure((SHORT, LOWER), "ABC", 3) is LOWER
    assert first_failure((SHORT, LOWER), "abc", 3) is None


def test_words_are_made_when_asked_for() -> None:
    """Whether a check passes is decided without any word."""

    def no_words(_text: str, _limit: int) -> str:
        raise AssertionError("nobody has asked")

    silent = Check[str, int]("a", "RFC 1", lambda *_: True, no_words, no_words, no_words)
    assert first_failure((silent,), "", 0) is None
