"""The load generator: wrk, on a processor core of its own."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import click

SCRIPT = Path(__file__).with_name("wrk.lua")
CONNECTIONS = 8


class Result(NamedTuple):
    """What a run has measured.

    :param rate: requests in a second
    :param answered: the requests that were answered
    :param made: the requests that were made, of which the last ones have no answer
    :param p50: the median of the latencies, in milliseconds
    :param p99: the latency that 99 of 100 requests did not exceed, in milliseconds
    :param processor_rate: requests in a second of the server's processor time
    """

    rate: float
    answered: int
    made: int
    p50: float
    p99: float
    processor_rate: float = 0.0


def check_installed() -> str:
    """Return the version of wrk.

    :raises click.ClickException: there is no wrk
    """
    if not shutil.which("wrk"):
        raise click.ClickException("wrk generates the load. Install it: apt-get install wrk")
    printed = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout  # noqa: S607
    return " ".join(printed.split()[:2])


def run(
    url: str,
    seconds: float,
    *,
    tokens: Path | None = None,
    body: str = "",
    connections: int = CONNECTIONS,
    pause: float = 0.0,
) -> Result:
    """Send requests to an address for some seconds.

    :param url: the address
    :param seconds: whole seconds
    :param tokens: a file of access tokens, which are sent in turn
    :param body: the JSON of a POST; without it, the request is a GET
    :param connections: each of them has one request at a time
    :param pause: the milliseconds that a connection pauses between two requests on average
    :raises click.ClickException: a request was not answered with success
    """
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s"]
    command += ["-s", str(SCRIPT), url, "--", str(tokens or ""), str(pause), body]
    environment = os.environ | ({"PAUSES": "1"} if pause else {})
    ran = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, env=environment
    )
    if ran.returncode:
        raise click.ClickException(f"wrk failed at {url}: {ran.stderr}{ran.stdout}")
    read = json.loads(ran.stdout.splitlines()[-1])
    if read["faults"] or not read["requests"]:
        raise click.ClickException(f"{read['faults']} faults at {url}:\n{ran.stdout}{ran.stderr}")
    rate = read["requests"] / read["seconds"]
    return Result(rate, read["requests"], read["made"], read["p50"], read["p99"])
