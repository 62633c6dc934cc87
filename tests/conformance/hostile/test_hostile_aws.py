#!/usr/bin/env python3
"""AWS requests that hide others, are too much, or come too slowly: a clean error or a closed connection, nothing done
that was not asked, and bounded memory. Prints "N passed, N failed"."""

import os
import pathlib
import re
import select
import socket
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "signatures"))
from broker import Broker
from tests import run_tests, shared
from proxies import Haproxy, Nginx

VERSION = "Version=2012-11-05"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
# What a smuggled request would do: its message would be in the queue.
SMUGGLED = f"GET /?Action=SendMessage&QueueUrl=hidden&MessageBody=smuggled&{VERSION} HTTP/1.1\r\nHost: localhost\r\n\r\n"
BODY = f"Action=SendMessage&QueueUrl=hidden&MessageBody=smuggled&{VERSION}"


def connect(server):
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=60)


def exchange(broker, *pieces):
    """Sends the pieces, and reads until the broker hangs up or has nothing more to say for a while."""
    with connect(broker) as peer:
        try:
            for piece in pieces:
                peer.sendall(piece if isinstance(piece, bytes) else piece.encode("latin-1"))
            peer.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        got = b""
        while True:
            try:
                data = peer.recv(65536)
            except OSError:
                break
            if not data:
                break
            got += data
    return got.decode("latin-1")


def statuses(answer):
    return [int(status) for status in re.findall(r"HTTP/1\.1 (\d{3})", answer)]


def ask(broker, form):
    answer = exchange(broker, f"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{FORM}Content-Length: {len(form)}\r\n\r\n{form}")
    assert statuses(answer) == [200], answer[:500]
    return answer


def waiting(broker, queue="hidden"):
    answer = ask(broker, f"Action=GetQueueAttributes&QueueUrl={queue}&AttributeName.1=ApproximateNumberOfMessages&{VERSION}")
    return int(re.search(r"<Value>(\d+)</Value>", answer).group(1))


def memory(broker):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{broker.process.pid}/status").read_text()).group(1)) * 1024


def post(fields, body, host="Host: localhost\r\n"):
    return f"POST / HTTP/1.1\r\n{host}{FORM}{fields}\r\n{body}"


def smuggling():
    """The request with its name. None of them is one that two readers agree on, or its second request is a body."""
    chunk = f"{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n"
    length = f"Content-Length: {len(chunk)}\r\n"
    for value in ("xchunked", "identity", "chunked, identity", "gzip, chunked", "chunked, chunked", "chunked;a=b", "\x0bchunked", '"chunked"', ""):
        yield f"Transfer-Encoding: {value!r}", post(f"Transfer-Encoding: {value}\r\n", chunk)
        yield f"Transfer-Encoding: {value!r} and a length", post(f"Transfer-Encoding: {value}\r\n{length}", chunk)
    yield "length and chunked", post(f"{length}Transfer-Encoding: chunked\r\n", chunk)
    yield "chunked and length", post(f"Transfer-Encoding: chunked\r\n{length}", chunk)
    yield "chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", chunk)
    yield "chunked in HTTP/1.0", post("Transfer-Encoding: chunked\r\n", chunk).replace("HTTP/1.1", "HTTP/1.0")
    yield "a space before the colon", post("Transfer-Encoding : chunked\r\n", chunk)
    yield "a folded length", post("X: y\r\n Content-Length: 5\r\n", SMUGGLED)
    yield "a folded coding", post("X: y\r\n\tTransfer-Encoding: chunked\r\n", chunk)
    for value in ("5, 5", "5,5", "+5", "0x5", "-1", "5 5", "99999999999999999999", "5\r\nContent-Length: 5", "5\r\nContent-Length: 6", "", "5.0", "\xb2"):
        yield f"Content-Length: {value!r}", post(f"Content-Length: {value}\r\n", "abcde" + SMUGGLED)
    yield "no Host", post(f"Content-Length: {len(BODY)}\r\n", BODY, host="")
    yield "two Hosts", post(f"Content-Length: {len(BODY)}\r\n", BODY, host="Host: localhost\r\nHost: elsewhere\r\n")
    yield "a trailer that signs", post("Transfer-Encoding: chunked\r\n", f"{len(BODY):x}\r\n{BODY}\r\n0\r\nAuthorization: x\r\n\r\n")
    yield "a bare line feed", post("", "").replace("\r\n", "\n") + SMUGGLED
    yield "a bare carriage return", post("X: a\rContent-Length: 5\r\n", SMUGGLED)
    yield "a NUL", post("X: a\0b\r\n", SMUGGLED)
    yield "a chunk of odd size", post("Transfer-Encoding: chunked\r\n", f"0x{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n")
    yield "a chunk that is too short", post("Transfer-Encoding: chunked\r\n", f"{len(BODY) - 3:x}\r\n{BODY}\r\n0\r\n\r\n")
    yield "a chunk ended by a line feed", post("Transfer-Encoding: chunked\r\n", f"{len(BODY):x}\n{BODY}\n0\n\n")
    yield "a chunk size of 17 digits", post("Transfer-Encoding: chunked\r\n", f"{'0' * 17}{len(BODY):x}\r\n{BODY}\r\n0\r\n\r\n")
    yield "HTTP/1.9", post(f"Content-Length: {len(BODY)}\r\n", BODY).replace("HTTP/1.1", "HTTP/1.9")
    yield "another request line", "POST  / HTTP/1.1\r\nHost: localhost\r\n\r\n" + SMUGGLED
    yield "a line without a colon", post("nonsense\r\n", SMUGGLED)


def test_requests_that_can_be_read_in_two_ways_are_refused_and_nothing_behind_them_is_read(broker):
    ask(broker, f"Action=CreateQueue&QueueName=hidden&{VERSION}")
    count = 0
    for name, request in smuggling():
        answer = exchange(broker, request, SMUGGLED)
        assert len(statuses(answer)) == 1 and statuses(answer)[0] in (400, 413, 501, 505), (name, answer[:300])
        assert waiting(broker) == 0, name
        count += 1
    assert count >= 40, count
    # The same thing said plainly does arrive.
    ask(broker, BODY)
    assert waiting(broker) == 1


def through(proxy, request):
    """Sends it and one behind it that ends the connection, and reads until the proxy hangs up: a second after what it
    waits for in vain."""
    last = SMUGGLED.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
    with connect(proxy) as peer:
        try:
            peer.sendall((request + last).encode("latin-1"))
            while peer.recv(65536):
                pass
        except OSError:
            pass


def seen(broker):
    """The requests that the broker has read, answered or refused."""
    text = exchange(broker, "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    value = lambda name: int(re.search(rf'^{name}{{port="http"}} (\d+)', text, re.M).group(1))
    return value("tern_requests_total") + value("tern_connections_faulted_total")


def test_nginx_and_haproxy_see_the_same_requests_as_the_broker(broker):
    for kind in (Nginx, Haproxy):
        with kind(broker) as proxy:
            before, passed_before, wrong = seen(broker), proxy.passed_on(), []
            for name, request in smuggling():
                through(proxy, request)
                after, passed = seen(broker), proxy.passed_on()
                # A log may be written a moment later. The look at the metrics is a request, too.
                patience = time.monotonic() + 3
                while after - before - 1 != passed - passed_before and time.monotonic() < patience:
                    passed = proxy.passed_on()
                if after - before - 1 != passed - passed_before:
                    wrong.append((kind.__name__, name, after - before - 1, passed - passed_before))
                before, passed_before = after, passed
            assert not wrong, wrong
            assert proxy.passed_on() > 10


def test_what_is_too_long_is_refused(broker):
    cases = {
        "a header of 20 KB": (post("X: " + "a" * 20000 + "\r\n", ""), 431),
        "a header without end": ("POST / HTTP/1.1\r\nHost: localhost\r\n" + "X: a\r\n" * 4000, 431),
        "200 fields": (post("X: a\r\n" * 200, ""), 431),
        "a path of 9 KB": ("GET /" + "a" * 9000 + " HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        "a body of 100 MB, told": (post("Content-Length: 100000000\r\n", ""), 413),
    }
    for name, (request, status) in cases.items():
        assert statuses(exchange(broker, request)) == [status], name
    before = memory(broker)
    chunk = b"100000\r\n" + b"a" * (1 << 20) + b"\r\n"
    answer = exchange(broker, post("Transfer-Encoding: chunked\r\n", ""), *[chunk] * 64)
    assert statuses(answer) in ([413], []), answer[:300]
    assert memory(broker) - before < 64 << 20


def test_bodies_that_mean_too_much_are_refused_within_bounds(broker):
    def json(target, body):
        return f"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Amz-Target: AmazonSQS.{target}\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
    def form(body):
        return f"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{FORM}Content-Length: {len(body)}\r\n\r\n".encode() + body
    names = ",".join(f'"{i:x}":{{}}' for i in range(700_000)).encode()
    cases = {
        "JSON in JSON, a million times": json("SendMessage", b"[" * 1_000_000),
        "objects in objects": json("SendMessage", b'{"a":' * 500_000),
        "700,000 attribute names": json("SendMessage", b'{"QueueUrl":"hidden","MessageBody":"x","MessageAttributes":{' + names + b"}}"),
        "a million numbers": json("ListQueues", b'{"x":[' + b"1," * 1_000_000 + b"1]}"),
        "no UTF-8 in JSON": json("SendMessage", b'{"QueueUrl":"hidden","MessageBody":"\xff\xfe"}'),
        "JSON that ends early": json("SendMessage", b'{"QueueUrl":"hid'),
        "XML": json("SendMessage", b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        "XML as a form": form(b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
        "a million fields": form(b"Action=SendMessage&QueueUrl=hidden&MessageBody=x&Version=2012-11-05" + b"".join(b"&MessageAttribute.%d.Name=%x" % (i, i) for i in range(200_000))),
        "no UTF-8 in a form": form(b"Action=SendMessage&QueueUrl=hidden&MessageBody=%FF%FE&Version=2012-11-05"),
        "half a percent sign": form(b"Action=SendMessage&QueueUrl=hidden&MessageBody=%F&Version=2012-11-05"),
        "an index of twenty digits": form(b"Action=SendMessageBatch&QueueUrl=hidden&Version=2012-11-05&SendMessageBatchRequestEntry.99999999999999999999.Id=a"),
    }
    before, at_start = waiting(broker), memory(broker)
    for name, request in cases.items():
        answer = exchange(broker, request)
        assert statuses(answer) and statuses(answer)[0] in (400, 404, 413), (name, answer[:400])
        if "TERN_SANITIZED" not in os.environ:  # they use several times as much
            assert memory(broker) - at_start < 192 << 20, (name, memory(broker) - at_start)
    assert waiting(broker) == before


def test_who_is_slow_is_dropped_while_others_are_served(broker):
    slow = []
    for i in range(200):
        peer = connect(broker)
        peer.sendall(post(f"Content-Length: {1 << 20}\r\n", "A").encode() if i % 2 else b"POST / HTTP/1.1\r\nHost: local")
        slow.append(peer)
    began = time.monotonic()
    worst = 0
    while slow and time.monotonic() - began < 30:
        at = time.monotonic()
        ask(broker, f"Action=ListQueues&{VERSION}")
        worst = max(worst, time.monotonic() - at)
        readable, _, _ = select.select(slow, [], [], 0.2)
        for peer in readable:
            peer.close()
            slow.remove(peer)
    assert not slow, f"{len(slow)} are still there"
    assert worst < 5, worst


def form_request(form, last=False):
    close = "Connection: close\r\n" if last else ""
    return f"POST / HTTP/1.1\r\nHost: localhost\r\n{close}{FORM}Content-Length: {len(form)}\r\n\r\n{form}".encode()


def read_all(peer, size=65536):
    got = b""
    while data := peer.recv(size):
        got += data
    return got.decode("latin-1")


def test_a_long_answer_reaches_a_reader_who_takes_it_in_small_pieces(broker):
    ask(broker, f"Action=CreateQueue&QueueName=long&{VERSION}")
    for i in range(10):
        ask(broker, f"Action=SendMessage&QueueUrl=long&MessageBody={str(i) * 200_000}&{VERSION}")
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.settimeout(60)
        peer.connect(("127.0.0.1", int(broker.url.rsplit(":", 1)[1])))
        peer.sendall(form_request(f"Action=ReceiveMessage&QueueUrl=long&MaxNumberOfMessages=10&{VERSION}"))
        # It is on its way, and does not fit: only now comes the next request.
        first = peer.recv(1).decode()
        peer.sendall(form_request(f"Action=ListQueues&{VERSION}", last=True))
        answer = first + read_all(peer, 4096)
    assert statuses(answer) == [200, 200], statuses(answer)
    bodies = re.findall(r"<Body>(\d+)</Body>", answer)
    assert sorted(bodies) == [str(i) * 200_000 for i in range(10)], [len(body) for body in bodies]
    assert "<ListQueuesResult>" in answer


def test_requests_behind_a_long_poll_are_answered_in_their_order(broker):
    ask(broker, f"Action=CreateQueue&QueueName=polled&{VERSION}")
    behind = [form_request(f"Action=GetQueueUrl&QueueName=polled&{VERSION}&x{i}=" + "y" * 5000) for i in range(40)]
    with connect(broker) as peer:
        peer.sendall(form_request(f"Action=ReceiveMessage&QueueUrl=polled&WaitTimeSeconds=20&{VERSION}"))
        peer.sendall(b"".join(behind) + form_request(f"Action=ListQueues&{VERSION}", last=True))
        ask(broker, f"Action=SendMessage&QueueUrl=polled&MessageBody=awaited&{VERSION}")
        answer = read_all(peer)
    assert statuses(answer) == [200] * 42, statuses(answer)
    kinds = re.findall(r"<(\w+)Response xmlns", answer)
    assert kinds == ["ReceiveMessage"] + ["GetQueueUrl"] * 40 + ["ListQueues"], kinds
    assert "<Body>awaited</Body>" in answer


def test_who_sends_nothing_more_still_gets_the_answer(broker):
    ask(broker, f"Action=CreateQueue&QueueName=half&{VERSION}")
    for _ in range(20):
        with connect(broker) as peer:
            peer.sendall(form_request(f"Action=SendMessage&QueueUrl=half&MessageBody=x&{VERSION}"))
            peer.shutdown(socket.SHUT_WR)
            answer = read_all(peer)
        assert statuses(answer) == [200] and "<MessageId>" in answer, answer[:300]
    assert waiting(broker, "half") == 20


def test_a_poll_behind_another_request_ends_with_its_client(broker):
    ask(broker, f"Action=CreateQueue&QueueName=left&{VERSION}")
    for _ in range(20):
        with connect(broker) as peer:
            peer.sendall(form_request(f"Action=DeleteMessage&QueueUrl=left&ReceiptHandle=none&{VERSION}")
                         + form_request(f"Action=PurgeQueue&QueueUrl=left&{VERSION}")
                         + form_request(f"Action=ReceiveMessage&QueueUrl=left&WaitTimeSeconds=20&{VERSION}"))
            peer.shutdown(socket.SHUT_WR)
            answer = read_all(peer)
        assert len(statuses(answer)) <= 2 and "ReceiveMessage" not in answer, answer
    ask(broker, f"Action=SendMessage&QueueUrl=left&MessageBody=x&{VERSION}")
    assert waiting(broker, "left") == 1


def test_the_broker_is_well_afterwards(broker):
    assert "200 OK" in exchange(broker, "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert broker.process.poll() is None


def main():
    with Broker("") as broker:
        return run_tests(globals(), shared(broker))


if __name__ == "__main__":
    sys.exit(main())
