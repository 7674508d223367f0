"""The examples in a document, for the tests that follow it."""

import re


def examples_of(document: str, heading: str, language: str = "python3") -> list[str]:
    """Return the blocks of code of one section, whatever the depth of its heading."""
    section = re.split(r"^##+ ", document.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.M)[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
