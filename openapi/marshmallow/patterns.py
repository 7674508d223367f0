"""Python's regular expressions and formats of time as patterns of JSON Schema (ECMA 262)."""

import re
from collections.abc import Iterator

# Constructs of Python that ECMA 262 lacks.
_PYTHON_ALONE = re.compile(r"\(\?[>(#]|[*+?}]\+|\(\?[aiLmsux-]*:")
_GLOBAL_FLAGS = re.compile(r"^\(\?[aiLmsux]+\)")
_TOKEN = re.compile(
    r"(?P<escape>\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|.))"
    r"|(?P<name>\(\?P?[<=][^>)=!]+[>)])|(?P<range>[a-zA-Z]-[a-zA-Z])|(?P<one>.)",
    re.DOTALL,
)


def ecma_pattern(regex: re.Pattern[str]) -> str:
    r"""Return a pattern that says what a regular expression matches from the start; "" for none.

    JSON Schema looks anywhere in the text, and \A and \Z are ^ and $ there.

    :param regex: the compiled expression
    """
    text = _GLOBAL_FLAGS.sub("", regex.pattern)
    if _PYTHON_ALONE.search(text) or regex.flags & (re.VERBOSE | re.MULTILINE):
        return ""
    text = re.sub(r"^\\A", "^", re.sub(r"\\[Zz]$", "$", text))
    text = "".join(_tokens(text, regex.flags))
    return text if text.startswith("^") and "|" not in text else f"^(?:{text})"


def _tokens(text: str, flags: int) -> Iterator[str]:
    in_class = False
    for token in _TOKEN.finditer(text):
        kind, part = token.lastgroup, token.group()
        if kind == "name":
            yield re.sub(r"\(\?P=(.*)\)", r"\\k<\1>", part).replace("(?P<", "(?<")
            continue
        if kind == "one":
            in_class = part == "[" or (in_class and part != "]")
        if kind == "range" and not in_class:
            yield "".join(_one(each, flags, in_class) for each in part)
        elif kind == "range":
            yield part + (part.swapcase() if flags & re.IGNORECASE else "")
        else:
            yield part if kind == "escape" else _one(part, flags, in_class)


def _one(char: str, flags: int, in_class: bool) -> str:
    if char == "." and flags & re.DOTALL and not in_class:
        return r"[\s\S]"
    if flags & re.IGNORECASE and char.isascii() and char.isalpha():
        both = char + char.swapcase()
        return both if in_class else f"[{both}]"
    return char


_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_DAY, _HOUR, _SIXTY = r"(?:0[1-9]|[12]\d|3[01])", r"(?:[01]\d|2[0-3])", r"[0-5]\d"
_YEAR = r"(?:[1-9]\d{3}|0[1-9]\d{2}|00[1-9]\d|000[1-9])"
_OFFSET = rf"[+-]{_HOUR}:?{_SIXTY}"

_DIRECTIVES = {
    # strftime writes no zero before a year.
    **{
        "Y": r"[1-9]\d{3}",
        "m": r"(?:0[1-9]|1[0-2])",
        "d": _DAY,
        "H": _HOUR,
        "M": _SIXTY,
        "S": _SIXTY,
    },
    **{"y": r"\d{2}", "I": r"(?:0[1-9]|1[0-2])", "p": "(?:AM|PM)", "f": r"\d{1,6}"},
    **{"j": r"(?:00[1-9]|0[1-9]\d|[12]\d{2}|3[0-5]\d|36[0-6])", "z": rf"(?:{_OFFSET}|Z|)"},
    **{"b": f"(?:{_MONTHS})", "a": f"(?:{_DAYS})", "%": "%"},
}


def time_pattern(format: str) -> str:
    """Return a pattern for what `strftime` writes in a format; "" where that depends on a locale.

    :param format: the format
    """
    parts = re.split(r"%(.)", format)
    if not set(parts[1::2]) <= _DIRECTIVES.keys():
        return ""
    return f"^{''.join(_DIRECTIVES[p] if i % 2 else re.escape(p) for i, p in enumerate(parts))}$"


_SECONDS = rf"{_HOUR}:{_SIXTY}:{_SIXTY}(?:\.\d{{1,6}})?"
_H16 = "[0-9A-Fa-f]{1,4}"

NAIVE_TIME = rf"^{_SECONDS}$"
TIME = rf"^{_SECONDS}(?:Z|{_OFFSET})?$"
NAIVE_DATETIME = rf"^{_YEAR}-(?:0[1-9]|1[0-2])-{_DAY}T{_SECONDS}$"
DATETIME = rf"{NAIVE_DATETIME[:-1]}(?:Z|{_OFFSET})?$"
RFC_822 = (
    rf"^(?:(?:{_DAYS}), )?(?:0?[1-9]|[12]\d|3[01]) (?:{_MONTHS}) {_YEAR} "
    rf"{_HOUR}:{_SIXTY}(?::{_SIXTY})? (?:UT|GMT|[ECMP][SD]T|[+-]{_HOUR}{_SIXTY})$"
)
INTEGER = r"^-?\d+$"
DECIMAL = r"^-?\d+(?:\.\d+)?$"
FLOAT = r"^-?\d{1,17}(?:\.\d+)?(?:[eE](?:-\d{1,3}|\+?(?:[0-2]?\d{1,2}|30[0-8])))?$"

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d{2}|[1-9]?\d)"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}(?:/(?:3[0-2]|[12]?\d))?"
_IPV6 = "|".join(
    (
        rf"(?:{_H16}:){{7}}{_H16}",
        *(rf"(?:{_H16}:){{1,{7 - n}}}(?::{_H16}){{1,{n}}}" for n in range(1, 7)),
        rf"(?:{_H16}:){{1,7}}:",
        rf":(?::{_H16}){{1,7}}",
        "::",
    )
)
_IPV6 = rf"(?:{_IPV6})(?:/(?:12[0-8]|1[01]\d|[1-9]?\d))?"
IPV4_INTERFACE, IPV6_INTERFACE = f"^{_IPV4}$", f"^{_IPV6}$"
IP_INTERFACE = f"^(?:{_IPV4}|{_IPV6})$"
