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
STREAM_FIGURES = ["records_per_s", "bytes_per_s", "rss_anon_bytes", "measured_seconds"]
APPEND_FIGURES = ["commits_per_s", "commands_per_commit", "bytes_per_commit"]
TOPIC_FIGURES = ["deliveries_per_s", "publications_per_s", "bytes_per_s", "rss_anon_bytes", "measured_seconds"]
TOPIC_RATIOS = ["ratio_to_write_loop", "ratio_to_non_durable", "ratio_p99_with_slow", "ratio_of_filtered_publish"]
AWS_FIGURES = ["requests_per_s", "messages_per_s", "ratio_to_bare_http", "rss_anon_bytes", "measured_seconds"]
LATENCIES = ["p50", "p90", "p99", "p999", "max"]


def bench(program, shape, ternd, *options):
    command = [program, shape, "--ternd", ternd, "--allow-memory", "--json", *options]
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


def check_aws(program, ternd):
    for mix in "send", "send-batch", "receive-delete":
        report = bench(program, "aws", ternd, "--mix", mix, "--connections", "4", "--seconds", "0.3", "--warm-up", "0.1", "--baseline",
                       "--rounds", "1")
        check_figures(report, AWS_FIGURES)
        check_latencies(report, "latency_ms")


def main(program, ternd):
    cycle = bench(program, "queue", ternd, "--seconds", "1", "--warm-up", "0.2", "--connections", "8", "--baseline", "--rounds", "3")
    check_figures(cycle, FIGURES + BASELINE_FIGURES)
    check_latencies(cycle, "latency_ms")
    check_latencies(cycle, "fdatasync_ms")
    if len(cycle["rounds"]) != 3 or set(cycle["latency_ms_by_request"]) != {"send", "receive", "delete"}:
        sys.exit("a full cycle of three rounds has three rounds and three kinds of requests")

    sends = bench(program, "queue", ternd, "--latency", "--seconds", "0.3", "--warm-up", "0.1")
    check_figures(sends, FIGURES)
    if sends["options"]["connections"] != 1 or sends["options"]["mix"] != "send":
        sys.exit(f"--latency is one connection that sends, not {sends['options']}")

    drained = bench(program, "queue", ternd, "--mix", "receive-delete", "--backlog", "20000", "--queues", "5", "--connections", "4",
                    "--seconds", "0.3", "--warm-up", "0")
    check_figures(drained, FIGURES)
    check_streams(program, ternd)
    check_topics(program, ternd)
    check_aws(program, ternd)


def check_topics(program, ternd):
    short = ["--seconds", "0.3", "--warm-up", "0.1", "--rounds", "1"]
    compared = bench(program, "topic", ternd, "--subscribers", "20", "--durable", "--baseline", "--slow", "1", "--idle-connections", "10",
                     "--filtered-subscriptions", "20", *short)
    check_figures(compared, TOPIC_FIGURES + TOPIC_RATIOS)
    check_latencies(compared, "latency_ms")
    check_latencies(compared, "publish_latency_ms")
    check_figures(bench(program, "topic", ternd, "--subscribers", "20", "--encoding", "fbs", "--publishers", "2", *short), TOPIC_FIGURES)


def check_streams(program, ternd):
    short = ["--seconds", "0.4", "--warm-up", "0.1"]
    appended = bench(program, "stream", ternd, *short, "--connections", "4", "--baseline", "--groups", "3")
    check_figures(appended, STREAM_FIGURES + APPEND_FIGURES + ["ratio_to_store_loop", "ratio_to_fdatasync", "store_loop_bytes_per_s"])
    check_latencies(appended, "latency_ms")
    if "rss_anon_bytes_per_group" not in appended or len(appended["rounds"]) != 3:
        sys.exit("three rounds and the memory of a group were asked for")

    fetched = bench(program, "stream", ternd, *short, "--mix", "fetch", "--backlog", "100000", "--consumers", "2")
    check_figures(fetched, STREAM_FIGURES + ["fetched_bytes_per_s"])
    both = bench(program, "stream", ternd, *short, "--mix", "both", "--rate", "20000", "--backlog", "10000", "--rounds", "1")
    check_figures(both, STREAM_FIGURES + APPEND_FIGURES + ["ratio_with_consumer", "ratio_p50_with_consumer", "fetched_bytes_per_s"])
    compressed = bench(program, "stream", ternd, *short, "--compression", "zstd", "--batch", "500")
    check_figures(compressed, STREAM_FIGURES + APPEND_FIGURES)
    tail = bench(program, "stream", ternd, *short, "--mix", "tail")
    check_figures(tail, ["records_per_s", "ratio_tail_to_append"])
    check_latencies(tail, "receipt_ms")


if __name__ == "__main__":
    main(*sys.argv[1:])
