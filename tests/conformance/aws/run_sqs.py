#!/usr/bin/python3
"""What SQS does, item by item, of a real broker (TERND), for SDKs of both protocols. Runs on the Python of the system,
whose boto3 speaks the Query protocol. Arguments: names of the tests to run; none: all."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import runner
import sqs_fifo
import sqs_queues
import sqs_receiving
import sqs_sending
import sqs_wire

if __name__ == "__main__":
    runner.run(sqs_queues, sqs_sending, sqs_receiving, sqs_fifo, sqs_wire)
