#!/usr/bin/python3
"""What SNS does, item by item, of a real broker (TERND). Runs on the Python of the system. Arguments: names of the tests
to run; none: all."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import sns_bench
import sns_delivery
import sns_filters
import sns_publishing
import sns_subscriptions
import sns_topics
import sns_unsent

if __name__ == "__main__":
    sns_bench.run(sns_topics, sns_publishing, sns_subscriptions, sns_delivery, sns_filters, sns_unsent)
