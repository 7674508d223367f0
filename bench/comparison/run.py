"""Compares this project with other APIs, side by side: `make bench`."""

import json
import os
import platform
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from bench.comparison import peers, report, wrk
from bench.comparison.peers import BIN, DIRECTORY, Running
from bench.comparison.report import Results
from bench.comparison.works import HALF_LOAD, WORKS, Context, Tokens
from tests.core.support.tenant import Tenant

FIGURES = Path(__file__).parents[1] / "comparison.md"
PLOT = FIGURES.with_suffix(".png")


@click.command()
@click.option("--rounds", default=3, help="How often each server is measured in each work.")
@click.option("--seconds", default=3, help="How long, in each round.")
@click.option("--tokens", default=60_000, help="How many tokens nobody has seen before.")
@click.option("--write/--no-write", default=True, help=f"Write {FIGURES.name} and the plot.")
def main(rounds: int, seconds: int, tokens: int, write: bool) -> None:
    """Start every server, send each its requests in turns, and print the medians."""
    generator, cores = wrk.check_installed(), sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise click.ClickException("This needs two processor cores: one for the servers.")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        tenant = stack.enter_context(Tenant(Path(name)))
        click.echo(f"Signing {tokens:,} tokens …", err=True)
        signed = Tokens(tenant, Path(name), rounds, tokens)
        servers = [
            stack.enter_context(
                peers.running(peer, _directory(name, number), tenant.environment, cores[0])
            )
            for number, peer in enumerate(peers.present())
        ]
        stack.enter_context(peers.pinned(cores[1]))
        results = _measure(servers, signed, seconds, rounds)
        lines = [*_conditions(generator, rounds, seconds), *report.tables(results), ""]
        lines += _start_and_memory(servers)
    text = "\n".join(lines)
    click.echo(text)
    if write:
        FIGURES.write_text(f"# The comparison\n\n{text}\n", encoding="utf-8")
        _draw(results)


def _measure(servers: list[Running], tokens: Tokens, seconds: int, rounds: int) -> Results:
    """Measure every server in every work, in turns, so that noise affects all of them alike."""
    results: Results = {}
    _warm_up(servers, tokens)
    context = Context(tokens, seconds)
    for context.number in range(rounds):
        for work in WORKS:
            for server in filter(lambda each: work.suits(each.peer), servers):
                click.echo(f"{context.number + 1} {work.name}: {server.peer.name}", err=True)
                before = server.processor_time()
                result = work.measure(server, context)
                result = result._replace(
                    processor_rate=result.answered / (server.processor_time() - before)
                )
                results.setdefault((work.name, server.peer.name), []).append(result)
    return results


def _warm_up(servers: list[Running], tokens: Tokens) -> None:
    """Have each server fetch its keys and connect to its database before it is measured."""
    for server in servers:
        for path in server.peer.addresses:
            wrk.run(server.url(path), 1, tokens=tokens.one)


def _conditions(generator: str, rounds: int, seconds: int) -> Iterator[str]:
    yield (
        f"Measured on {datetime.now(UTC).date()} on a machine with {os.cpu_count()} cores of "
        f"{_processor()}, with {platform.system()} {platform.release()}, Python "
        f"{platform.python_version()}, {_node()} and {generator}. Each server had one worker on "
        f"one core, and {wrk.CONNECTIONS} connections from another core, in {rounds} rounds of "
        f"{seconds} s in turns."
    )
    yield ""


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _node() -> str:
    if not shutil.which("node"):
        return "no Node"
    printed = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)  # noqa: S607
    return f"Node {printed.stdout.strip()}"


def _directory(parent: str, number: int) -> Path:
    directory = Path(parent) / str(number)
    directory.mkdir()
    return directory


def _draw(results: Results) -> None:
    """Draw the plot with matplotlib, which is installed beside the peers."""
    rates = {
        work.name: {
            server.name: report.rate(results, work.name, server)
            for server in peers.PEERS
            if (work.name, server.name) in results
        }
        for work in WORKS
        if work is not HALF_LOAD
    }
    command = [str(BIN / "python"), str(DIRECTORY / "plot.py"), str(PLOT)]
    subprocess.run(command, input=json.dumps(rates), text=True, check=True)  # noqa: S603


def _start_and_memory(servers: list[Running]) -> Iterator[str]:
    yield "| server | first answer after its start | memory at the end |"
    yield "|---|---|---|"
    for server in servers:
        yield f"| {server.peer.name} | {server.started:.2f} s | {server.memory():.0f} MiB |"


if __name__ == "__main__":
    main()
