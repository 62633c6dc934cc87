#!/usr/bin/python3
"""A walk through SQS with the AWS CLI of the system, against a real broker (TERND)."""

import json
import pathlib
import shutil
import subprocess
import sys
import traceback

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from broker import Broker


AWS = shutil.which("aws", path="/usr/bin:/usr/local/bin")
# What meson takes for a test that could not be made here.
SKIPPED = 77


class Cli:
    def __init__(self, broker):
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": broker.folder, "AWS_PAGER": "", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_MAX_ATTEMPTS": "1"}
        self.start = [AWS, "--endpoint-url", broker.url, "--output", "json", "sqs"]

    def run(self, *words):
        return subprocess.run([*self.start, *words], env=self.environment, capture_output=True, text=True, timeout=60)

    def __call__(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else {}


def a_message_goes_its_way(cli):
    url = cli("create-queue", "--queue-name", "orders", "--attributes", "VisibilityTimeout=60")["QueueUrl"]
    assert cli("list-queues") == {"QueueUrls": [url]}
    sent = cli("send-message", "--queue-url", url, "--message-body", "grüße <1>", "--message-attributes",
               "n={DataType=Number,StringValue=7}")
    message, = cli("receive-message", "--queue-url", url, "--attribute-names", "All", "--message-attribute-names",
                   "All")["Messages"]
    assert (message["MessageId"], message["Body"]) == (sent["MessageId"], "grüße <1>")
    assert message["MessageAttributes"]["n"]["StringValue"] == "7"
    cli("delete-message", "--queue-url", url, "--receipt-handle", message["ReceiptHandle"])
    counts = cli("get-queue-attributes", "--queue-url", url, "--attribute-names",
                 "ApproximateNumberOfMessagesNotVisible", "VisibilityTimeout")
    assert counts == {"Attributes": {"ApproximateNumberOfMessagesNotVisible": "0", "VisibilityTimeout": "60"}}
    cli("delete-queue", "--queue-url", url)


def a_refusal_is_told(cli):
    done = cli.run("get-queue-url", "--queue-name", "nowhere")
    assert done.returncode != 0
    assert "AWS.SimpleQueueService.NonExistentQueue" in done.stderr, done.stderr


def main():
    if not AWS:
        print("there is no AWS CLI on this machine (Ubuntu has no package of it)")
        return SKIPPED
    passed = failed = 0
    broker = Broker()
    try:
        for test in (a_message_goes_its_way, a_refusal_is_told):
            try:
                test(Cli(broker))
                passed += 1
            except Exception:
                failed += 1
                print(f"FAILED {test.__name__}")
                traceback.print_exc(file=sys.stdout)
    finally:
        broker.end()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
