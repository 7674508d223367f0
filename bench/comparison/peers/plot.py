"""Draws the comparison: `plot.py FILE`. Standard input has the rates of each work and server."""

import json
import sys

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot

COLOURS = {"this project": "#eb5424", "this project, with its access log": "#f6a98d"}
OTHERS = ("#16214d", "#3f59e4", "#8e9ff0", "#5b7f4c", "#8a8a8a")
# What an empty function reaches would make the others too small to be compared.
LEFT_OUT = ("empty WSGI function",)


def main(path: str) -> None:
    """Draw a group of bars for each work."""
    rates = json.load(sys.stdin)
    names = list(dict.fromkeys(name for each in rates.values() for name in each))
    shown = [name for name in names if name not in LEFT_OUT]
    others = (name for name in shown if name not in COLOURS)
    colours = COLOURS | dict(zip(others, OTHERS, strict=False))
    figure, plots = pyplot.subplots(1, len(rates), figsize=(14, 4.2), layout="constrained")
    for plot, (work, measured) in zip(plots, rates.items(), strict=True):
        bars = [name for name in shown if name in measured]
        plot.bar(bars, [measured[name] for name in bars], color=[colours[name] for name in bars])
        plot.set_title(work.replace(", ", ",\n"), fontsize=10)
        plot.set_xticks([])
        plot.tick_params(axis="y", labelsize=8)
        plot.spines[["top", "right"]].set_visible(False)
    plots[0].set_ylabel("requests/s, one worker on one core")
    handles = [pyplot.Rectangle((0, 0), 1, 1, color=colours[name]) for name in shown]
    figure.legend(handles, shown, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
