"""The problem types of the demo: its own, and those of the machinery."""

from api.core.problems import Problem, catalogue


def demo_problems() -> list[type[Problem]]:
    """Return them, without those of a team whose code the same process has imported."""
    owners = ("api.core.", "tests.core.demo.")
    return [kind for kind in catalogue() if kind.__module__.startswith(owners)]
