#!/usr/bin/env python3
"""Draws the plots of docs/performance.md, and fills in its figures, from what `tern-bench suite --json FILE` wrote.

    tools/plot_performance.py docs/performance/suite.json docs/performance docs/performance.md

Needs nothing but Python's standard library.
"""

import json
import math
import pathlib
import sys
from xml.sax.saxutils import escape

INK, QUIET, GRID = "#1f2933", "#616e7c", "#d9dee4"
BLUE, ORANGE, GREEN = "#2563a8", "#c8601a", "#2f7d4f"
FONT = "font-family='system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif'"


class Drawing:
    """An SVG under construction; y grows downwards."""

    def __init__(self, width, height, title):
        self.width, self.height, self.title = width, height, title
        self.parts = []

    def text(self, x, y, text, anchor="start", colour=INK, size=13, weight="normal"):
        self.parts.append(f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{colour}' font-size='{size}' "
                          f"font-weight='{weight}'>{escape(text)}</text>")

    def line(self, x1, y1, x2, y2, colour=GRID, width=1):
        self.parts.append(f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' stroke='{colour}' "
                          f"stroke-width='{width}'/>")

    def bar(self, x, y, width, height, colour):
        self.parts.append(f"<rect x='{x:.1f}' y='{y:.1f}' width='{max(width, 0):.1f}' height='{height:.1f}' rx='2' "
                          f"fill='{colour}'/>")

    def curve(self, points, colour):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2'/>")
        self.parts += [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.5' fill='{colour}'/>" for x, y in points]

    def write(self, path):
        head = (f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {self.width} {self.height}' "
                f"width='{self.width}' height='{self.height}' role='img' {FONT}>")
        body = [head, f"<title>{escape(self.title)}</title>",
                f"<rect width='{self.width}' height='{self.height}' fill='#ffffff'/>", *self.parts, "</svg>", ""]
        path.write_text("\n".join(body))


def number(value):
    """A figure with as many digits as one reads."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def figure(value):
    """The same with two decimals, as figures that are compared have them."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}"


def nice_ceiling(value):
    """The next of 1, 2, 5, 10, 20, 50 ... that is not below the value."""
    power = 10 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def with_unit(text, unit):
    return text + (unit if unit in ("", "x") else f" {unit}")


def targets(suite):
    """Each promised figure as a multiple of its target: to the right of the line is better than promised."""
    rows = suite["rows"]
    drawing = Drawing(860, 70 + 46 * len(rows), "Measured figures against their targets")
    left, right, top = 30, 820, 50
    longest = 2.0
    drawing.text(left, 26, "Against the target (the mark); longer is better, bars end at twice the target", size=15, weight="600")
    for i, row in enumerate(rows):
        y = top + 46 * i
        if not row["at_most"]:
            share = row["measured"] / row["target"]
        else:
            # Memory that is a difference can be nothing, or even less.
            share = row["target"] / row["measured"] if row["measured"] > 0 else longest
        drawing.text(left, y + 12, row["measure"])
        sign = "≤" if row["at_most"] else "≥"
        measured, target = with_unit(number(row["measured"]), row["unit"]), with_unit(number(row["target"]), row["unit"])
        drawing.text(right, y + 12, f"{measured}  (target {sign} {target})", anchor="end", colour=QUIET)
        drawing.bar(left, y + 18, (right - left) * min(share, longest) / longest, 14, BLUE if row["met"] else ORANGE)
        middle = left + (right - left) / longest
        drawing.line(middle, y + 15, middle, y + 35, INK, 2.5)
    return drawing


def panel(drawing, box, series, label, points_x, formatter):
    """One plot with a logarithmic x axis and a y axis from 0; `series` are (name, colour, values)."""
    left, top, width, height = box
    ceiling = nice_ceiling(max(value for _, _, values in series for value in values))
    low, high = math.log(min(points_x)), math.log(max(points_x))
    place_x = lambda x: left + width * (math.log(x) - low) / (high - low)
    place_y = lambda y: top + height * (1 - y / ceiling)
    drawing.text(left - 50, top - 20, label, size=14, weight="600")
    for step in range(5):
        value = ceiling * step / 4
        drawing.line(left, place_y(value), left + width, place_y(value))
        drawing.text(left - 8, place_y(value) + 4, formatter(value), anchor="end", colour=QUIET, size=12)
    for x in points_x:
        drawing.text(place_x(x), top + height + 18, f"{x:,}", anchor="middle", colour=QUIET, size=12)
    drawing.text(left + width / 2, top + height + 38, "requests under way", anchor="middle", colour=QUIET, size=12)
    for i, (name, colour, values) in enumerate(series):
        drawing.curve([(place_x(x), place_y(y)) for x, y in zip(points_x, values)], colour)
        if len(series) > 1:
            drawing.text(left + 14, top + 16 + 18 * i, name, colour=colour, weight="600")


def curve(suite):
    """How load makes the batches: sends at growing numbers of requests under way."""
    points = suite["curve"]
    under_way = [point["in_flight_total"] for point in points]
    latencies = [[point["latency_ms"][name] for point in points] for name in ("p50", "p99")]
    drawing = Drawing(860, 330, "Single sends: rate and latency over requests under way")
    panel(drawing, (70, 60, 330, 200), [("rate", BLUE, [point["throughput_per_s"] for point in points])],
          "durable sends a second", under_way, number)
    panel(drawing, (500, 60, 330, 200), [("p50", BLUE, latencies[0]), ("p99", ORANGE, latencies[1])],
          "latency in milliseconds", under_way, number)
    return drawing


def cycles(suite):
    """The full cycle in its settings, beside the bare loop on the store."""
    rows = {row["name"]: row["details"] for row in suite["rows"] if row["details"]}
    many, backlog = rows["many_queues"], rows["backlog"]
    bars = [
        ("bare LMDB loop", rows["cycle"]["store_loop_per_s"], GREEN),
        ("broker", rows["cycle"]["throughput_per_s"], BLUE),
        None,
        ("broker, one queue", many["reference"]["throughput_per_s"], BLUE),
        (f"broker, {many['measured']['options']['queues']:,} queues", many["measured"]["throughput_per_s"], BLUE),
        None,
        ("broker, empty queue", backlog["reference"]["throughput_per_s"], BLUE),
        ("broker, on a backlog", backlog["measured"]["throughput_per_s"], BLUE),
    ]
    return grouped_bars(bars, "The full cycle of send, receive and delete",
                        "Full cycles a second (send, receive, delete); bars in a group ran in turns")


def streams(suite):
    """What streams carry, beside the bare loop on the store."""
    rows = {row["name"]: row["details"] for row in suite["rows"] if row["details"]}
    append, both, full = rows["stream_append"], rows["stream_both"], rows["stream_both_full"]
    in_mb = lambda report, records: records * report["bytes_per_s"] / report["records_per_s"] / 1e6
    bars = [
        ("bare LMDB loop", append["store_loop_bytes_per_s"] / 1e6, GREEN),
        ("appends", append["bytes_per_s"] / 1e6, BLUE),
        None,
        ("appends alone", in_mb(full, full["records_per_s_alone"]), BLUE),
        ("beside a consumer", full["bytes_per_s"] / 1e6, BLUE),
        ("what that fetches", full["fetched_bytes_per_s"] / 1e6, ORANGE),
        None,
        ("appends at a rate, alone", in_mb(both, both["records_per_s_alone"]), BLUE),
        ("beside a consumer", both["bytes_per_s"] / 1e6, BLUE),
        ("what that fetches", both["fetched_bytes_per_s"] / 1e6, ORANGE),
        None,
        ("fetches alone", rows["stream_fetch"]["fetched_bytes_per_s"] / 1e6, ORANGE),
    ]
    return grouped_bars(bars, "Streams: appends and fetches",
                        "Megabytes of record batches a second; bars in a group ran in turns or together")


def grouped_bars(bars, title, heading):
    """Horizontal bars (name, value, colour); None parts groups."""
    longest = nice_ceiling(max(bar[1] for bar in bars if bar))
    drawing = Drawing(860, 60 + 28 * len(bars), title)
    drawing.text(30, 28, heading, size=15, weight="600")
    for i, bar in enumerate(bars):
        if not bar:
            continue
        name, value, colour = bar
        y = 48 + 28 * i
        drawing.text(200, y + 14, name, anchor="end")
        drawing.bar(210, y, 540 * value / longest, 20, colour)
        drawing.text(216 + 540 * value / longest, y + 14, number(value), colour=QUIET)
    return drawing


def figures(suite):
    """The table of promises, as Markdown."""
    machine = suite["machine"]
    yield (f"Measured on {machine['date']} with Tern {suite['broker_version']}: {machine['processor']}, {machine['processors']} processors, "
           f"{machine['memory_bytes'] / 2**30:.0f} GiB, {machine['kernel']}, {suite['file_system']}; {suite['rounds']} rounds of {suite['seconds']:g} s each.")
    if machine["load_average_before"] > 0.5:
        yield ""
        yield (f"**The machine was busy with other work** (load average {machine['load_average_before']:.1f} when this began): with 2 processors, figures of small "
               "batches suffer most, since each flush ends with a wait for a processor. Measure again on a quiet machine before relying on them.")
    yield ""
    yield "| measure (message bodies of 200 bytes, records of 100) | target | measured | |"
    yield "|---|---|---|---|"
    for row in suite["rows"]:
        sign = "at most" if row["at_most"] else "at least"
        measured, target = with_unit(figure(row["measured"]), row["unit"]), with_unit(number(row["target"]), row["unit"])
        yield f"| {row['measure']} | {sign} {target} | {measured} | {'met' if row['met'] else '**missed**'} |"
    names = {row["name"] for row in suite["rows"]}
    if "cycle" in names:
        yield ""
        yield from queue_loads(suite)
    if "stream_append" in names:
        yield ""
        yield from stream_loads(suite)


def queue_loads(suite):
    yield "| load | messages/s | p50 | p99 | commits/s | messages a commit | broker CPU a message | RssAnon |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in suite["rows"]:
        details = row["details"]
        if row["name"].startswith(("stream_", "topic_", "aws_")):
            continue
        for report in [details] if "rounds" in details else [details[key] for key in ("reference", "measured") if key in details]:
            yield load_line(row, report)


def stream_loads(suite):
    yield "| load | appended/s | fetched/s | p50 | p99 | commits/s | bytes a commit | broker CPU | RssAnon |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in suite["rows"]:
        if row["name"].startswith("stream_") and "rounds" in row["details"]:
            yield stream_line(row["details"])


def stream_line(report):
    """Latencies are those of appends, where there are any."""
    options, latency = report["options"], report["latency_ms"]
    shape = f"{options['mix']}, batches of {options['batch']}, {options['partitions']} partitions"
    if options["mix"] in ("append", "both"):
        shape += f", {options['connections']} × {options['in_flight']}"
    if options["rate"]:
        shape += f", at most {options['rate']:,.0f} records/s"
    appended = "" if options["mix"] == "fetch" else f"{report['records_per_s']:,.0f} records, {report['bytes_per_s'] / 1e6:,.0f} MB"
    if options["mix"] == "tail":
        appended = f"{report['records_per_s']:,.0f} records"
    fetched = f"{report['fetched_bytes_per_s'] / 1e6:,.0f} MB" if "fetched_bytes_per_s" in report else ""
    a_commit = f"{report['bytes_per_commit'] / 1024:,.0f} KiB" if "bytes_per_commit" in report else ""
    cpu = report["broker_cpu_seconds"] / report["measured_seconds"]
    return (f"| {shape} | {appended} | {fetched} | {latency['p50']:.2f} ms | {latency['p99']:.2f} ms | {report['commits_per_s']:,.0f} | {a_commit} | "
            f"{cpu:.2f} processors | {report['rss_anon_bytes'] / 2**20:.1f} MiB |")


def load_line(row, report):
    options = report["options"]
    shape = f"{options['mix']}, {options['connections']} × {options['in_flight']}, batches of {options['batch']}, {options['queues']:,} queue{'s' * (options['queues'] > 1)}"
    backlog = ", on the backlog" if row["name"] == "backlog" and report is row["details"]["measured"] else ""
    cpu = report["broker_cpu_seconds"] / (report["throughput_per_s"] * report["measured_seconds"]) * 1e6
    latency = report["latency_ms"]
    return (f"| {shape}{backlog} | {report['throughput_per_s']:,.0f} | {latency['p50']:.2f} ms | {latency['p99']:.2f} ms | {report['commits_per_s']:,.0f} | "
            f"{report['messages_per_commit']:.1f} | {cpu:.1f} µs | {report['rss_anon_bytes'] / 2**20:.1f} MiB |")


def fill_in(page, lines):
    """Replaces what stands between the two marks of the page."""
    begin, end = "<!-- figures: written by tools/plot_performance.py -->\n", "<!-- end of figures -->"
    text = page.read_text()
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    page.write_text(before + begin + "\n".join(lines) + "\n" + end + after)


def main(arguments):
    if len(arguments) not in (2, 3):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    suite = json.loads(pathlib.Path(arguments[0]).read_text())
    folder = pathlib.Path(arguments[1])
    names = {row["name"] for row in suite["rows"]}
    # A suite may have been run for one shape alone.
    plots = [targets] + [curve, cycles] * ("cycle" in names) + [streams] * ("stream_append" in names)
    for plot in plots:
        plot(suite).write(folder / f"{plot.__name__}.svg")
    if len(arguments) == 3:
        fill_in(pathlib.Path(arguments[2]), figures(suite))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
