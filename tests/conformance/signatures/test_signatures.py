#!/usr/bin/env python3
"""Signature Version 4 as others sign: botocore in all its ways, and curl. Prints "N passed, N failed"."""

import datetime
import hashlib
import hmac
import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request

try:
    import boto3
    import botocore.auth
    import botocore.awsrequest
    import botocore.config
    import botocore.credentials
    import botocore.exceptions
except ImportError:
    print("python3-boto3 is not installed; `tools/setup test` installs it\n0 passed, 1 failed")
    sys.exit(1)

from broker import Broker
from tests import run_tests, shared

CONFIGURATION = """
[[aws_access_keys]]
id = "ROOT"
secret = "the secret/of+root"
[[aws_access_keys]]
id = "SENDER"
secret_environment = "SENDER_SECRET"
account = "123456789012"
actions = ["sqs:Send*", "sqs:GetQueueUrl", "sqs:CreateQueue"]
names = ["a-*"]
"""
SECRETS = {"ROOT": "the secret/of+root", "SENDER": "hush", "NOBODY": "x"}
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def client(url, key="ROOT", secret=None, **more):
    retries = botocore.config.Config(retries={"max_attempts": 0})
    return boto3.client("sqs", endpoint_url=url, region_name="us-east-1", aws_access_key_id=key,
                        aws_secret_access_key=secret or SECRETS[key], config=retries, **more)


def refusal(call):
    try:
        call()
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError("this was not refused")


def as_bytes(body):
    return body.encode() if isinstance(body, str) and body else body or None


def send(request):
    """A prepared request of botocore over plain HTTP: status and body."""
    raw = urllib.request.Request(request.url, data=as_bytes(request.body), headers=dict(request.headers.items()), method=request.method)
    try:
        with urllib.request.urlopen(raw, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def signed(url, body="", key="ROOT", signer=botocore.auth.SigV4Auth, method="POST", headers=(), token=None, context=(), **more):
    request = botocore.awsrequest.AWSRequest(method=method, url=url, data=body, headers=dict(headers))
    request.context.update(dict(context))
    credentials = botocore.credentials.Credentials(key, SECRETS[key], token)
    signer(credentials, "sqs", "us-east-1", **more).add_auth(request)
    return request.prepare()


def form(**parameters):
    return urllib.parse.urlencode({"Version": "2012-11-05", **parameters})


def test_boto3_signs_and_is_let_in(broker):
    for url in (broker.url, broker.aws_url):
        sqs = client(url)
        queue = sqs.create_queue(QueueName="jobs")["QueueUrl"]
        sqs.send_message(QueueUrl=queue, MessageBody="ünïcödé & <more>")
        messages = sqs.receive_message(QueueUrl=queue)["Messages"]
        assert messages[0]["Body"] == "ünïcödé & <more>"
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=messages[0]["ReceiptHandle"])


def test_a_session_token_is_signed_along(broker):
    assert client(broker.url, aws_session_token="token+of/a=session").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200


def test_the_query_protocol(broker):
    status, text = send(signed(broker.url + "/", form(Action="ListQueues"), headers={"Content-Type": FORM}))
    assert status == 200 and "<ListQueuesResponse" in text, text
    status, text = send(signed(broker.url + "/?b=2&a=1&a=%20x%2Fy&" + form(Action="ListQueues"), method="GET"))
    assert status == 200, text


def test_a_path_with_characters_that_are_encoded(broker):
    queue = client(broker.url).create_queue(QueueName="path")["QueueUrl"]
    for path in (queue, queue.replace("path", "p%61th")):
        _, text = send(signed(path + "?" + form(Action="GetQueueAttributes"), method="GET"))
        assert "SignatureDoesNotMatch" not in text, text


def test_presigned_urls(broker):
    url = broker.url + "/?" + form(Action="ListQueues")
    presigned = signed(url, method="GET", signer=botocore.auth.SigV4QueryAuth, expires=60)
    assert send(presigned)[0] == 200
    presigned.url += "&X=1"
    status, text = send(presigned)
    assert status == 403 and "SignatureDoesNotMatch" in text, text
    # As botocore would have presigned it two minutes ago.
    old = botocore.auth.SigV4QueryAuth
    class Past(old):
        def add_auth(self, request):
            at = datetime.datetime.utcnow() - datetime.timedelta(minutes=2)
            request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
            self._modify_request_before_signing(request)
            canonical = self.canonical_request(request)
            self._inject_signature_to_request(request, self.signature(self.string_to_sign(request, canonical), request))
    status, text = send(signed(url, method="GET", signer=Past, expires=60))
    assert status == 400 and "RequestExpired" in text, text
    assert send(signed(url, method="GET", signer=Past, expires=600))[0] == 200


def test_the_clock(broker):
    class At(botocore.auth.SigV4Auth):
        minutes = 0
        def add_auth(self, request):
            at = datetime.datetime.utcnow() + datetime.timedelta(minutes=self.minutes)
            request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
            self._modify_request_before_signing(request)
            canonical = self.canonical_request(request)
            self._inject_signature_to_request(request, self.signature(self.string_to_sign(request, canonical), request))
    for minutes, sentence in ((-16, "Signature expired: "), (6, "Signature not yet current: "), (-14, None), (4, None)):
        At.minutes = minutes
        status, text = send(signed(broker.url + "/", form(Action="ListQueues"), headers={"Content-Type": FORM}, signer=At))
        assert (status == 200) if sentence is None else (status == 403 and sentence in text), (minutes, text)


def test_who_is_refused_and_how(broker):
    assert refusal(client(broker.url, secret="another").list_queues) == ("SignatureDoesNotMatch", 403)
    assert refusal(client(broker.url, "NOBODY").list_queues) == ("InvalidClientTokenId", 403)
    for url in (broker.url, broker.aws_url):
        unsigned = urllib.request.Request(url + "/", data=form(Action="ListQueues").encode())
        try:
            urllib.request.urlopen(unsigned)
            raise AssertionError("nobody was let in")
        except urllib.error.HTTPError as error:
            assert error.code == 403 and b"MissingAuthenticationToken" in error.read()
    half = signed(broker.url + "/", form(Action="ListQueues"), headers={"Content-Type": FORM})
    half.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=ROOT"
    status, text = send(half)
    assert status == 400 and "IncompleteSignature" in text, text
    changed = signed(broker.url + "/", form(Action="ListQueues"), headers={"Content-Type": FORM})
    changed.body = form(Action="CreateQueue", QueueName="forged").encode()
    changed.headers["Content-Length"] = str(len(changed.body))
    status, text = send(changed)
    assert status == 403 and "SignatureDoesNotMatch" in text, text


def test_what_a_key_may_do(broker):
    sender = client(broker.aws_url, "SENDER")
    queue = sender.create_queue(QueueName="a-queue")["QueueUrl"]
    assert "/123456789012/a-queue" in queue
    sender.send_message(QueueUrl=queue, MessageBody="x")
    sender.send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": "x"}])
    denied = ("AccessDenied", 403)
    assert refusal(lambda: sender.receive_message(QueueUrl=queue)) == denied
    assert refusal(lambda: sender.create_queue(QueueName="b-queue")) == denied
    assert refusal(sender.list_queues) == denied
    # Neither reaches into the other's account.
    assert refusal(lambda: client(broker.url).send_message(QueueUrl=queue, MessageBody="x")) == denied
    assert refusal(lambda: sender.send_message(QueueUrl=queue.replace("123456789012", "000000000000"), MessageBody="x")) == denied
    assert "QueueUrls" not in client(broker.url).list_queues(QueueNamePrefix="a-queue")


def chunked(broker, payload, forge=False):
    """A request in signed chunks, as the S3 API reference describes them, signed here."""
    body = payload.encode()
    pieces = [body[i:i + 10] for i in range(0, len(body), 10)] + [b""]
    wire = sum(len(f"{len(piece):x};chunk-signature={'0' * 64}\r\n\r\n") + len(piece) for piece in pieces)
    at = datetime.datetime.utcnow().strftime("%Y%m%dT%H%M%SZ")
    scope = f"{at[:8]}/us-east-1/sqs/aws4_request"
    headers = {"host": broker.url.removeprefix("http://"), "x-amz-date": at, "x-amz-target": "AmazonSQS.ListQueues",
               "content-encoding": "aws-chunked", "x-amz-decoded-content-length": str(len(body)),
               "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "content-type": "application/x-amz-json-1.0"}
    names = ";".join(sorted(headers))
    canonical = "POST\n/\n\n" + "".join(f"{name}:{headers[name]}\n" for name in sorted(headers)) + f"\n{names}\n{headers['x-amz-content-sha256']}"
    sha = lambda data: hashlib.sha256(data).hexdigest()
    mac = lambda key, text: hmac.new(key, text.encode(), hashlib.sha256)
    key = b"AWS4" + SECRETS["ROOT"].encode()
    for part in scope.split("/"):
        key = mac(key, part).digest()
    signature = mac(key, f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{sha(canonical.encode())}").hexdigest()
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential=ROOT/{scope},SignedHeaders={names},Signature={signature}"
    coded = b""
    for piece in pieces:
        signature = mac(key, f"AWS4-HMAC-SHA256-PAYLOAD\n{at}\n{scope}\n{signature}\n{sha(b'')}\n{sha(piece)}").hexdigest()
        coded += f"{len(piece):x};chunk-signature={signature}\r\n".encode() + piece + b"\r\n"
    assert len(coded) == wire
    if forge:
        coded = coded.replace(b"jobs", b"jobz")
    request = urllib.request.Request(broker.url + "/", data=coded, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_bodies_in_signed_chunks(broker):
    client(broker.url).create_queue(QueueName="jobs")
    status, text = chunked(broker, '{"QueueNamePrefix": "jobs"}')
    assert status == 200 and json.loads(text)["QueueUrls"], text
    status, text = chunked(broker, '{"QueueNamePrefix": "jobs"}', forge=True)
    assert status == 403 and "InvalidSignatureException" in text, text


def curl(broker, *words, secret=SECRETS["ROOT"]):
    done = subprocess.run(["curl", "-sS", "--aws-sigv4", "aws:amz:us-east-1:sqs", "--user", f"ROOT:{secret}", "-w", "\n%{http_code}", *words],
                          capture_output=True, text=True, check=True)
    text, _, status = done.stdout.rpartition("\n")
    return int(status), text


def test_curl_signs(broker):
    for version in ("--http1.1", "--http2-prior-knowledge"):
        status, text = curl(broker, version, "-d", form(Action="ListQueues"), broker.url + "/")
        assert status == 200 and "<ListQueuesResponse" in text, text
        status, text = curl(broker, version, "-d", form(Action="ListQueues"), broker.url + "/", secret="another")
        assert status == 403 and "SignatureDoesNotMatch" in text, text


def test_the_port_for_aws_alone_has_nothing_else(broker):
    for path, status in (("/health", 200), ("/metrics", 404), ("/chat", 404), ("/_aws/sqs/messages", 403), ("/", 404)):
        try:
            with urllib.request.urlopen(broker.aws_url + path) as answer:
                assert answer.status == status, path
        except urllib.error.HTTPError as error:
            assert error.code == status, (path, error.code)


def test_secrets_are_not_in_the_log(broker):
    for secret in SECRETS["ROOT"], SECRETS["SENDER"]:
        assert secret not in broker.log()


def main():
    with Broker(CONFIGURATION, {"SENDER_SECRET": "hush"}) as broker:
        return run_tests(globals(), shared(broker))


if __name__ == "__main__":
    sys.exit(main())
