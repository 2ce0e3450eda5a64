#!/usr/bin/env python3
"""Draws and tabulates what `batchdot-bench --json FILE` measured.

    report.py RESULTS.json [--out DIRECTORY] [--dtype f32] > tables.md

For each dtype, or the one asked for, it writes into DIRECTORY (default: the current one)

    bars-DTYPE.png      GFLOP/s of everyone in every case, a panel for each suite
    roofline-DTYPE.png  this library and the best peer of each case below the machine's bounds

and prints tables in Markdown. A case is drawn in the first of its suites only; others merely group cases. It needs
matplotlib, which brings Pillow. The same results give the same bytes.
"""
import argparse
import io
import json
import math
import os
import statistics
import sys
import textwrap

import matplotlib
matplotlib.use("Agg")
from matplotlib import colors, pyplot  # noqa: E402
from matplotlib.lines import Line2D  # noqa: E402
from matplotlib.patches import Patch  # noqa: E402
from PIL import Image  # noqa: E402

OURS_COLOUR = "#d4001a"
PEER_COLOURS = ("#2f5f94", "#c79a1e", "#7a56a3", "#8a5a33", "#3b7f4a", "#5f5f5f", "#2f8f8f", "#b8628f")
BOUND_STYLES = {"fma": "-", "touch": (0, (2, 1))}
INK, FAINT = "#222222", "#777777"
STYLE = {"text.color": INK, "font.size": 8, "axes.titlesize": 10, "axes.titlelocation": "left", "axes.labelcolor": INK,
         "axes.grid": True, "axes.axisbelow": True, "grid.color": "#e4e4e4", "grid.linewidth": 0.6,
         "xtick.color": FAINT, "ytick.color": FAINT, "xtick.labelsize": 7.5, "ytick.labelsize": 7.5,
         "legend.frameon": False, "legend.handlelength": 1.4}

# Sizes are in inches of a picture ten inches wide, which a README shows a hundred pixels to the inch.
WIDTH, DPI, COLOURS = 10.0, 150, 256
COLUMN_LEFT, COLUMN_WIDTH = (1.5, 6.5), 2.98
BAR, NOTE, CASE_GAP, LEAST_CASE_HEIGHT = 0.055, 0.13, 0.1, 0.27
TITLE, AXIS, HEADLINE, LEGEND_ROW = 0.27, 0.25, 0.5, 0.17
LEGEND_COLUMNS, LOG_SPREAD = 6, 30


def read_results(path):
    """A case's results become a dictionary by name."""
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
    except (OSError, ValueError) as error:
        sys.exit(f"report.py: cannot read {path}: {error}")
    if not isinstance(data, dict) or "cases" not in data or data.get("version") != 1:
        sys.exit(f"report.py: {path}: not results of batchdot-bench in version 1 of their format")
    for case in data["cases"]:
        case["results"] = {result["name"]: result for result in case["results"]}
    return data


def competitors_of(data):
    """Everyone but the bounds, ours first."""
    contestants = sorted(data["contestants"], key=lambda contestant: contestant["role"] != "ours")
    return [contestant["name"] for contestant in contestants if contestant["role"] != "bound"]


def colours_of(data):
    """By name: a hue for a library, which is the name's first word, and a shade for each way to call it."""
    families = {}
    for name in competitors_of(data):
        families.setdefault(name.split("-")[0], []).append(name)
    colours = {}
    for i, names in enumerate(families.values()):
        base = colors.to_rgb(PEER_COLOURS[(i - 1) % len(PEER_COLOURS)] if i else OURS_COLOUR)
        for j, name in enumerate(names):
            white = 0.7 * j / max(2, len(names) - 1)
            colours[name] = tuple(channel + (1 - channel) * white for channel in base)
    return colours


def gflops_of(case, name):
    """None if it was not timed."""
    result = case["results"].get(name)
    return result["gflops"] if result and result["status"] == "timed" else None


def bound_gflops(case):
    bound = case["bound"]
    return case["flops"] / bound["seconds"] / 1e9 if bound and bound["seconds"] else None


def shown(value, form=".2f"):
    return "–" if value is None else format(value, form)


def number(value):
    return "–" if value is None else f"{float(f'{value:.3g}'):g}"


def save(figure, directory, name):
    """Few colours make a file of a third of the size."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata={"Software": None})
    pyplot.close(figure)
    with Image.open(buffer) as image:
        few = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(os.path.join(directory, name), optimize=True)


def bars_of(case, names):
    return [(name, gflops_of(case, name)) for name in names if gflops_of(case, name)]


def fault_note(case, names):
    """Lines such as "× mkl wrong, blis hung"; empty if all went well."""
    results = [case["results"][name] for name in names if name in case["results"]]
    faults = [f"{each['name']} {each['status']}" for each in results if each["status"] not in ("timed", "cannot")]
    return textwrap.fill("× " + ", ".join(faults), 52) if faults else ""


def case_height(case, names):
    note = fault_note(case, names)
    return max(LEAST_CASE_HEIGHT, BAR * len(bars_of(case, names)) + NOTE * len(note.splitlines()))


def set_speed_scale(axes, values):
    """Returns where bars start."""
    if not values or max(values) <= LOG_SPREAD * min(values):
        axes.set_xlim(0, 1.12 * max(values, default=1))
        return 0
    start = 0.5 * min(values)
    axes.set(xscale="log", xlim=(start, 1.6 * max(values)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("")
    return start


def draw_case(axes, case, names, colours, start, top):
    """Draws downwards from top; returns the bottom."""
    y, bottom, bound = top, top + case_height(case, names), bound_gflops(case)
    for name, value in bars_of(case, names):
        axes.barh(y + BAR / 2, value - start, 0.92 * BAR, left=start, color=colours[name])
        y += BAR
    axes.annotate(fault_note(case, names), (0, y + 0.02), xytext=(2, 0), textcoords="offset points",
                  xycoords=("axes fraction", "data"), va="top", fontsize=6.5)
    if bound:
        axes.plot([bound, bound], [top - 0.02, bottom + 0.02], color=INK, linewidth=1.2,
                  linestyle=BOUND_STYLES[case["bound"]["name"]])
    label_case(axes, case, (top + bottom) / 2)
    return bottom


def label_case(axes, case, y):
    beside = {"transform": axes.get_yaxis_transform()}
    size = f"{case['m']}×{case['n']}×{case['k']}, {case['items']} of them"
    ratio = case["ratio"]["median"] if case["ratio"] else None
    axes.text(-0.02, y - 0.005, case["name"], ha="right", va="bottom", fontsize=7.5, **beside)
    axes.text(-0.02, y + 0.005, size, ha="right", va="top", fontsize=6, color=FAINT, **beside)
    axes.text(1.02, y, shown(ratio), va="center", color=OURS_COLOUR if ratio and ratio < 1 else INK, **beside)


def draw_suite(axes, suite, cases, names, colours):
    speeds = [value for case in cases for _, value in bars_of(case, names)]
    start = set_speed_scale(axes, speeds + [bound_gflops(case) for case in cases if bound_gflops(case)])
    y = CASE_GAP
    for case in cases:
        y = draw_case(axes, case, names, colours, start, y) + CASE_GAP
    axes.set(ylim=(y, 0), yticks=[])
    axes.tick_params(axis="x", length=2, pad=2)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_title(suite, fontweight="bold", pad=3)
    for x, align, text in ((1, "right", "GFLOP/s, log scale" if start else "GFLOP/s"), (1.02, "left", "ratio")):
        axes.annotate(text, (x, 1), xytext=(0, 4), xycoords="axes fraction", textcoords="offset points", ha=align,
                      fontsize=6.5, color=FAINT)


def arrange(heights):
    """The column and the top of each panel, each in the column that is shorter so far; and the total height."""
    columns, places = [0.0, 0.0], []
    for height in heights:
        column = columns.index(min(columns))
        places.append((column, columns[column] + TITLE))
        columns[column] += TITLE + height + AXIS
    return places, max(columns)


def draw_bars(data, dtype, cases, directory):
    names, colours = competitors_of(data), colours_of(data)
    names = [name for name in names if any(bars_of(case, [name]) for case in cases)]
    suites = {}
    for case in cases:
        suites.setdefault(case["suites"][0], []).append(case)
    panels = [CASE_GAP + sum(case_height(case, names) + CASE_GAP for case in members) for members in suites.values()]
    places, total = arrange(panels)
    legend = [Patch(color=colours[name], label=name) for name in names]
    legend += [Line2D([], [], color=INK, linewidth=1.2, linestyle=BOUND_STYLES[bound], label=f"bound: {bound}")
               for bound in dict.fromkeys(case["bound"]["name"] for case in cases if case["bound"])]
    head = HEADLINE + LEGEND_ROW * math.ceil(len(legend) / LEGEND_COLUMNS)
    height = head + total
    figure = pyplot.figure(figsize=(WIDTH, height))
    figure.text(0.015, 1 - 0.12 / height, f"Speed in {dtype}: longer is faster. The ratio is that of {names[0]} to the "
                "best peer, red below 1. × marks results that do not count.", va="top", fontsize=9)
    figure.legend(handles=legend, loc="upper left", bbox_to_anchor=(0.008, 1 - 0.3 / height), ncol=LEGEND_COLUMNS)
    for (suite, members), panel, (column, top) in zip(suites.items(), panels, places):
        bottom = height - head - top - panel
        axes = figure.add_axes([COLUMN_LEFT[column] / WIDTH, bottom / height, COLUMN_WIDTH / WIDTH, panel / height])
        draw_suite(axes, suite, members, names, colours)
    save(figure, directory, f"bars-{dtype}.png")


def roofs_of(data, cases):
    """(label, GB/s) of each level: the median speed at which cases of its size could be touched."""
    l2, l3 = data["machine"]["l2_bytes"], data["machine"]["l3_bytes"]
    touched = [(case["bytes"], case["results"]["touch"]["seconds"]["median"]) for case in cases
               if gflops_of(case, "touch") is not None]
    levels = {"within L2": [size / seconds / 1e9 for size, seconds in touched if size <= l2],
              "beyond L3": [size / seconds / 1e9 for size, seconds in touched if size > l3]}
    return [(label, statistics.median(speeds)) for label, speeds in levels.items() if speeds]


def draw_roofs(axes, roofs, peak, left, right):
    for label, speed in roofs:
        ridge = min(right, peak / speed)
        axes.plot([left, ridge], [left * speed, ridge * speed], color=INK, linewidth=1.1,
                  linestyle=BOUND_STYLES["touch"])
        axes.text(1.15 * left, 1.2 * left * speed, f"{label}: {number(speed)} GB/s", va="bottom",
                  rotation=math.degrees(math.atan(speed)), rotation_mode="anchor", transform_rotates_text=True)
    axes.plot([min((peak / speed for _, speed in roofs), default=left), right], [peak, peak], color=INK,
              linewidth=1.1, linestyle=BOUND_STYLES["fma"])
    axes.annotate(f"fma: {number(peak)} GFLOP/s", (right, peak), xytext=(-4, 4), textcoords="offset points", ha="right")


def draw_points(axes, cases, ours, colours):
    for case in cases:
        x, mine = case["flops"] / case["bytes"], gflops_of(case, ours)
        best = gflops_of(case, case["best_peer"])
        if best:
            axes.plot([x, x], [mine, best], color=FAINT, linewidth=0.6, zorder=2)
            axes.plot(x, best, "s", color=colours[case["best_peer"]], markersize=4, zorder=3)
        axes.plot(x, mine, "o", color=OURS_COLOUR, markersize=5, zorder=4)
    axes.plot([], [], "o", color=OURS_COLOUR, markersize=5, label=ours)
    for peer in [name for name in colours if any(case["best_peer"] == name for case in cases)]:
        axes.plot([], [], "s", color=colours[peer], markersize=4, label=peer)
    axes.legend(title="ours, the best peers", loc="upper left", bbox_to_anchor=(1, 1.015), alignment="left")


def label_worst(axes, cases, ours):
    """Numbers beside the points; what they stand for is listed outside, where nothing overlaps."""
    worst = sorted((case for case in cases if case["bound"]), key=lambda case: case["bound"]["fraction"])[:5]
    lines = ["furthest from the bound:"]
    for i, case in enumerate(worst, 1):
        axes.annotate(str(i), (case["flops"] / case["bytes"], gflops_of(case, ours)), xytext=(5, -9), fontsize=9,
                      textcoords="offset points", fontweight="bold", color=OURS_COLOUR, zorder=5)
        lines.append(f"{i}  {case['name']}\n    {shown(case['bound']['fraction'], '.0%')} of {case['bound']['name']}")
    axes.text(1.02, 0, "\n".join(lines), transform=axes.transAxes, va="bottom", linespacing=1.3)


def draw_roofline(data, dtype, all_cases, directory):
    ours = competitors_of(data)[0]
    cases = [case for case in all_cases if gflops_of(case, ours) and case["bytes"]]
    peak = max((gflops_of(case, "fma") or 0 for case in all_cases), default=0)
    if not cases or not peak:
        return
    intensities = [case["flops"] / case["bytes"] for case in cases]
    left, right = 0.7 * min(intensities), 1.5 * max(intensities)
    figure, axes = pyplot.subplots(figsize=(WIDTH, 6))
    figure.subplots_adjust(left=0.06, right=0.76, bottom=0.08, top=0.94)
    axes.set(xscale="log", yscale="log", xlim=(left, right), xlabel="FLOP per byte of input and output",
             ylabel="GFLOP/s", title=f"{ours} and the best peer in {dtype}, below what the machine can do")
    draw_points(axes, cases, ours, colours_of(data))
    draw_roofs(axes, roofs_of(data, all_cases), peak, left, right)
    label_worst(axes, cases, ours)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("")
    save(figure, directory, f"roofline-{dtype}.png")


def print_table(title, header, rows):
    print(f"\n{title}\n\n| {' | '.join(header)} |\n|{'---|' * len(header)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def print_setting(data):
    machine, settings, library = data["machine"], data["settings"], data["library"]
    caches = "".join(f", {level} {size // 1024} KiB" for level in ("L1d", "L2", "L3")
                     if (size := machine[level.lower() + "_bytes"]))
    environment = f" In the environment: {settings['environment']}." if settings["environment"] else ""
    print(f"{machine['processor']}, {machine['cores']} cores{caches}; {machine['system']}, {machine['compiler']}; "
          f"{library['version']}; threads: {settings['threads']}; {settings['rounds']} rounds, caches "
          f"{'cold' if settings['cold'] else 'warm'}, {settings['date']}.{environment}")
    peers = [f"{each['name']} ({each['version']})" for each in data["contestants"] if each["role"] == "peer"]
    skipped = [f"{each['name']} ({each['reason']})" for each in data["skipped"]]
    print(f"\nPeers: {'; '.join(peers) or 'none'}. Skipped: {'; '.join(skipped) or 'none'}.")


def print_suites(data, dtypes):
    rows = {}
    for suite in data["suites"]:
        rows.setdefault(suite["name"], {})[suite["dtype"]] = [
            str(suite["cases"]), shown(suite["ratio"]), shown(suite["bound_fraction"], ".0%")]
    header = ["suite"] + [f"{dtype} {column}" for dtype in dtypes for column in ("cases", "ratio", "of bound")]
    print_table("Suites: the speed as a multiple of the best peer's, and as a part of the bound.", header,
                [[name] + [cell for dtype in dtypes for cell in cells.get(dtype, ["–"] * 3)]
                 for name, cells in rows.items()])


def case_row(case, ours):
    peer, ratio, bound = case["best_peer"], case["ratio"], case["bound"]
    return [case["name"], case["dtype"], f"{case['m']}, {case['n']}, {case['k']}", str(case["items"]),
            number(gflops_of(case, ours)), f"{number(gflops_of(case, peer))} {peer}" if peer else "–",
            f"{shown(ratio['median'])} ({shown(ratio['lower'])}–{shown(ratio['upper'])})" if ratio else "–",
            f"{shown(bound['fraction'], '.0%')} {bound['name']}" if bound else "–"]


def print_cases(cases, ours):
    header = ["case", "dtype", "m, n, k", "items", "GFLOP/s", "the best peer's", "ratio (quartiles)", "of bound"]
    worst = sorted((case for case in cases if case["ratio"]), key=lambda case: case["ratio"]["median"])[:5]
    print_table("The five worst cases against the best peer.", header, [case_row(case, ours) for case in worst])
    print_table("All cases.", header, [case_row(case, ours) for case in cases])


def main():
    parser = argparse.ArgumentParser(description="Draws and tabulates what batchdot-bench --json FILE measured.")
    parser.add_argument("results", metavar="RESULTS.json")
    parser.add_argument("--out", metavar="DIRECTORY", default=".", help="where the pictures go (default: here)")
    parser.add_argument("--dtype", help="only this one (default: all)")
    arguments = parser.parse_args()
    data = read_results(arguments.results)
    cases = [case for case in data["cases"] if arguments.dtype in (None, case["dtype"])]
    if not cases:
        sys.exit(f"report.py: {arguments.results}: no cases in {arguments.dtype or 'it'}")
    dtypes = list(dict.fromkeys(case["dtype"] for case in cases))
    matplotlib.rcdefaults()
    matplotlib.rcParams.update(STYLE)
    try:
        os.makedirs(arguments.out, exist_ok=True)
        for dtype in dtypes:
            members = [case for case in cases if case["dtype"] == dtype]
            draw_bars(data, dtype, members, arguments.out)
            draw_roofline(data, dtype, members, arguments.out)
    except OSError as error:
        sys.exit(f"report.py: {arguments.out}: {error.strerror}")
    print_setting(data)
    print_suites(data, dtypes)
    print_cases(cases, competitors_of(data)[0])


if __name__ == "__main__":
    main()
