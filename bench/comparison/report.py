"""The results of all rounds, as tables in Markdown."""

from collections.abc import Iterator
from statistics import median
from typing import NamedTuple

from bench.comparison.peers import FASTAPI, OURS, PEERS, PLAIN, Peer
from bench.comparison.works import HALF_LOAD, WORKS, Work
from bench.comparison.wrk import Result

Results = dict[tuple[str, str], list[Result]]
"""The results of each round, by the names of the work and of the server."""

RATES = {"rate": "requests/s", "processor_rate": "requests in a second of processor time"}

PRIVATE = ("private, one token", "private, 5,000 tokens in turn")


class Goal(NamedTuple):
    """A goal: so many times the rate of another server.

    :param work: the work of this project
    :param times: how many times the rate
    :param against: the works and servers, of which the fastest counts
    :param words: the other server, in words
    """

    work: str
    times: float
    against: tuple[tuple[str, Peer], ...]
    words: str


def _guarded(work: str) -> tuple[tuple[str, Peer], ...]:
    others = [peer for peer in PEERS if peer.guarded and not peer.name.startswith(OURS.name)]
    return tuple((work, peer) for peer in others)


GOALS = (
    Goal("public", 1, (("public", PLAIN),), "plain Flask's public view"),
    *(Goal(work, 1, (("public", PLAIN),), "plain Flask's unguarded view") for work in PRIVATE),
    *(Goal(work, 2.5, _guarded(work), "the best guarded peer") for work in PRIVATE),
    Goal(
        *("private, every token new", 1.5),
        *(_guarded("private, every token new"), "the best guarded peer"),
    ),
    *(Goal(work, 3, ((work, FASTAPI),), FASTAPI.name) for work in ("list of 50", "read one")),
    Goal("create", 2, (("create", FASTAPI),), f"{FASTAPI.name}, not durable"),
)


def tables(results: Results) -> Iterator[str]:
    """Yield the tables of the results, line by line."""
    peers = [peer for peer in PEERS if any(name == peer.name for _work, name in results)]
    for attribute, words in RATES.items():
        yield from _rates(results, peers, attribute, words)
        yield ""
    yield "| work | against | goal | requests/s | by processor time |"
    yield "|---|---|---|---|---|"
    for goal in GOALS:
        ratios = (f"{_ratio(results, goal, attribute):.2f}" for attribute in RATES)
        yield f"| {goal.work} | {goal.words} | {goal.times:g} | {' | '.join(ratios)} |"
    yield ""
    yield f"| {HALF_LOAD.name} | requests/s | p50 | p99 | p99 : p50 |"
    yield "|---|---|---|---|---|"
    for peer in peers:
        if measured := results.get((HALF_LOAD.name, peer.name)):
            yield _latency(peer, measured)


def rate(results: Results, work: str, peer: Peer, attribute: str = "rate") -> float:
    """Return the median of a rate, or 0 where it was not measured.

    :param attribute: which rate of a Result
    """
    measured = results.get((work, peer.name))
    return median(getattr(each, attribute) for each in measured) if measured else 0.0


def _ratio(results: Results, goal: Goal, attribute: str) -> float:
    best = max(rate(results, *each, attribute) for each in goal.against)
    return rate(results, goal.work, OURS, attribute) / best


def _rates(results: Results, peers: list[Peer], attribute: str, words: str) -> Iterator[str]:
    yield f"| {words} | {' | '.join(peer.name for peer in peers)} |"
    yield f"|---{'|---' * len(peers)}|"
    for work in WORKS:
        if work is not HALF_LOAD:
            cells = (_cell(results, work, peer, attribute) for peer in peers)
            yield f"| {work.name} | {' | '.join(cells)} |"


def _cell(results: Results, work: Work, peer: Peer, attribute: str) -> str:
    """The median, and how far the farthest round is from it."""
    middle = rate(results, work.name, peer, attribute)
    if not middle:
        return ""
    measured = (getattr(each, attribute) for each in results[work.name, peer.name])
    return f"{middle:,.0f} ± {max(abs(each / middle - 1) for each in measured):.0%}"


def _latency(peer: Peer, measured: list[Result]) -> str:
    p50, p99 = median(each.p50 for each in measured), median(each.p99 for each in measured)
    middle = median(each.rate for each in measured)
    return f"| {peer.name} | {middle:,.0f} | {p50:.2f} ms | {p99:.2f} ms | {p99 / p50:.1f} |"
