#!/usr/bin/env python3
"""Runs tern-bench against a real ternd for a moment and checks that its JSON says what docs/performance.md promises.

    check_bench_json.py TERN_BENCH TERND

Whether anything is fast enough is not asked here: that would make the test a matter of luck.
"""

import json
import subprocess
import sys

FIGURES = ["throughput_per_s", "rss_anon_bytes", "commits_per_s", "commands_per_commit", "measured_seconds"]
BASELINE_FIGURES = ["ratio_to_store_loop", "ratio_to_fdatasync", "ratio_p50_to_fdatasync", "fdatasync_per_s", "store_loop_per_s"]
LATENCIES = ["p50", "p90", "p99", "p999", "max"]


def bench(program, ternd, *options):
    command = [program, "queue", "--ternd", ternd, "--allow-memory", "--json", *options]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if finished.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {finished.returncode}:\n{finished.stderr}")
    return json.loads(finished.stdout)


def check_figures(report, names):
    for name in names:
        value = report.get(name)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not value > 0:
            sys.exit(f"{name} is {value!r}: a number above 0 was promised")


def check_latencies(report, name):
    values = [report[name][percentile] for percentile in LATENCIES]
    if values != sorted(values) or not values[0] > 0:
        sys.exit(f"{name} does not grow from percentile to percentile: {values}")


def main(program, ternd):
    cycle = bench(program, ternd, "--seconds", "1", "--warm-up", "0.2", "--connections", "8", "--baseline", "--rounds", "3")
    check_figures(cycle, FIGURES + BASELINE_FIGURES)
    check_latencies(cycle, "latency_ms")
    check_latencies(cycle, "fdatasync_ms")
    if len(cycle["rounds"]) != 3 or set(cycle["latency_ms_by_request"]) != {"send", "receive", "delete"}:
        sys.exit("a full cycle of three rounds has three rounds and three kinds of requests")

    sends = bench(program, ternd, "--latency", "--seconds", "0.3", "--warm-up", "0.1")
    check_figures(sends, FIGURES)
    if sends["options"]["connections"] != 1 or sends["options"]["mix"] != "send":
        sys.exit(f"--latency is one connection that sends, not {sends['options']}")

    drained = bench(program, ternd, "--mix", "receive-delete", "--backlog", "20000", "--queues", "5", "--connections", "4",
                    "--seconds", "0.3", "--warm-up", "0")
    check_figures(drained, FIGURES)


if __name__ == "__main__":
    main(*sys.argv[1:])
