import json
import re
import signal
import subprocess

from broker import BrokerTest, SECONDS_MAX, close


class Records(BrokerTest):
    def setUp(self):
        super().setUp()
        self.stream = self.queue
        self.tern("stream", "create", self.stream)

    def read(self, *options, stream=None):
        """The records as dictionaries."""
        return [json.loads(line) for line in self.tern("stream", "read", stream or self.stream, "--json", *options).out.splitlines()]

    def values(self, *options, stream=None):
        return [record["value"] for record in self.read(*options, stream=stream)]

    def partitioned(self, partitions):
        name = self.stream[:60] + "-parts"
        self.tern("stream", "create", name, "--partitions", partitions)
        return name

    def test_records_come_from_arguments_and_each_one_is_told_where_it_is(self):
        self.assertEqual(self.tern("stream", "append", self.stream, "list", "append").out, "0:0\n0:1\n")
        told = self.tern("stream", "append", self.stream, "third", "--json").json
        self.assertEqual((told["appended"], told["failed"], told["failures"]), (1, 0, []))
        self.assertEqual((told["records"][0]["partition"], told["records"][0]["offset"]), (0, 2))
        self.assertEqual(self.values(), ["list", "append", "third"])

    def test_a_record_comes_whole_from_standard_input_or_a_file(self):
        self.tern("stream", "append", self.stream, input="größe\n日本\n".encode())
        path = f"{self.broker.folder.name}/record"
        with open(path, "wb") as file:
            file.write(b"\xff from a file")
        self.tern("stream", "append", self.stream, "--file", path)
        text, raw = self.read()
        self.assertEqual(text["value"], "größe\n日本\n")
        self.assertEqual((raw["value"], raw["encoding"]), ("/yBmcm9tIGEgZmlsZQ==", "base64"))
        self.assertIn("cannot open", self.tern("stream", "append", self.stream, "--file", path + "-not", code=2).err)

    def test_key_headers_and_partition_travel_with_the_record(self):
        name = self.partitioned(3)
        self.tern("stream", "append", name, "x", "--key", "user-7", "--header", "trace=a=b", "--header", "empty", "--partition", "2")
        record, = self.read(stream=name)
        self.assertEqual((record["partition"], record["key"], record["value"]), (2, "user-7", "x"))
        self.assertEqual(record["headers"], [{"key": "trace", "value": "a=b"}, {"key": "empty", "value": ""}])
        self.assertRegex(self.tern("stream", "read", name).out,
                         r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}  2:0  user-7  x  trace=a=b  empty=\n$")
        self.assertIn("partition", self.tern("stream", "append", name, "x", "--partition", "3", code=1).err)

    def test_the_same_key_leads_to_the_same_partition(self):
        name = self.partitioned(8)
        for _ in range(3):
            self.tern("stream", "append", name, "x", "--key", "k")
        self.assertEqual(len({record["partition"] for record in self.read(stream=name)}), 1)

    def test_control_characters_are_shown_for_people_and_raw_values_are_untouched(self):
        self.tern("stream", "append", self.stream, input=b"a\x1b[2J\nb")
        self.assertIn("a\\x1b[2J\\x0ab", self.tern("stream", "read", self.stream).out)
        self.assertEqual(self.tern("stream", "read", self.stream, "--raw").out_bytes, b"a\x1b[2J\nb\n")

    def test_lines_are_records_also_empty_ones(self):
        lines = b"one\n\n  three\r\nlast"
        told = self.tern("stream", "append", self.stream, "--lines", "--json", input=lines).json
        self.assertEqual((told["appended"], told["failed"], told["settled_through_line"]), (4, 0, 4))
        self.assertEqual(self.tern("stream", "read", self.stream, "--raw").out_bytes, lines + b"\n")
        self.assertRegex(self.tern("stream", "append", self.stream, "--lines", input=b"x\n").out, r"^1 record appended in .* \(.*/s\)\n$")
        self.assertEqual(self.tern("stream", "append", self.stream, "--lines", "--from-line", "3", "--json", input=b"a\nb\nc\n").json["appended"], 1)

    def test_lines_have_keys_when_there_is_a_separator(self):
        self.tern("stream", "append", self.stream, "--lines", "--key-separator", "\t", input=b"k1\tv1\nno key\nk2\tv\t2\n")
        self.assertEqual([(record["key"], record["value"]) for record in self.read()], [("k1", "v1"), (None, "no key"), ("k2", "v\t2")])

    def test_json_records_give_key_value_and_time(self):
        lines = b'{"id":"a","at":"2026-11-25T10:00:00.5Z","v":{"n":1}}\n\n{"id":7,"at":1000,"v":null}\n'
        told = self.tern("stream", "append", self.stream, "--ndjson", "--key-field", "id", "--value-field", "v", "--timestamp-field",
                         "at", "--json", input=lines).json
        self.assertEqual((told["appended"], told["empty_lines"]), (2, 1))
        records = sorted(self.read(), key=lambda record: record["offset"])
        self.assertEqual([(record["key"], record["value"], record["timestamp"]) for record in records],
                         [("a", '{"n":1}', "2026-11-25T10:00:00.500Z"), ("7", None, "1970-01-01T00:00:01.000Z")])
        bad = self.tern("stream", "append", self.stream, "--ndjson", "--key-field", "id", "--json", input=b'{"id":1}\n{\n{"x":1}\n', code=1).json
        self.assertEqual((bad["appended"], [failure["line"] for failure in bad["failures"]]), (1, [2, 3]))

    def test_records_that_are_too_long_are_told_by_their_lines_and_the_rest_is_appended(self):
        self.tern("stream", "set", self.stream, "--record-bytes-max", "1KiB")
        told = self.tern("stream", "append", self.stream, "--lines", "--json", input=b"a\n" + b"x" * 2000 + b"\nb\n", code=1).json
        self.assertEqual([(failure["line"], failure["name"]) for failure in told["failures"]], [(2, "record_too_large")])
        self.assertEqual((told["appended"], self.values()), (2, ["a", "b"]))
        self.assertIn("--record-bytes-max", self.tern("stream", "append", self.stream, "x" * 2000, code=1).err)

    def test_every_compression_gives_back_what_went_in(self):
        lines = b"".join(b"line %d of many that are alike\n" % n for n in range(2_000))
        for codec in ("none", "gzip", "snappy", "lz4", "zstd"):
            with self.subTest(codec):
                name = f"compressed-{codec}"
                self.tern("stream", "create", name)
                self.tern("stream", "append", name, "--lines", "--compression", codec, input=lines)
                self.assertEqual(self.tern("stream", "read", name, "--raw").out_bytes, lines)
        self.assertLess(self.tern("stream", "show", "compressed-zstd", "--json").json["bytes"] * 4,
                        self.tern("stream", "show", "compressed-none", "--json").json["bytes"])

    def test_an_append_can_expect_where_the_partition_ends(self):
        self.assertEqual(self.tern("stream", "append", self.stream, "a", "b", "--expect-offset", "0").out, "0:0\n0:1\n")
        refused = self.tern("stream", "append", self.stream, "c", "--expect-offset", "0", code=1)
        self.assertIn("ends at 2, not at 0", refused.err)
        self.assertIn('"name":"expected_offset_differs"', self.tern("stream", "append", self.stream, "c", "--expect-offset", "1", "--json", code=1).err)
        self.assertEqual(self.values(), ["a", "b"])
        name = self.partitioned(2)
        self.assertIn("--partition", self.tern("stream", "append", name, "x", "--expect-offset", "0", code=2).err)
        self.assertEqual(self.tern("stream", "append", name, "x", "--expect-offset", "0", "--partition", "1").out, "1:0\n")

    def test_reading_goes_from_one_place_to_another(self):
        self.tern("stream", "append", self.stream, *"abcdef")
        self.assertEqual(self.values("--from", "2"), list("cdef"))
        self.assertEqual(self.values("--from", "2", "--to", "4"), list("cd"))
        self.assertEqual(self.values("--from", "latest"), [])
        self.assertEqual(self.values("--to", "earliest"), [])
        self.assertEqual(self.values("--max", "3"), list("abc"))
        self.assertEqual(self.values("--from", "-1h"), list("abcdef"))
        self.assertEqual(self.values("--to", "-1h"), [])
        self.assertEqual(self.values("--from", "100", "--to", "200"), [])
        self.assertIn("partition", self.tern("stream", "read", self.stream, "--partition", "5", code=1).err)

    def test_reading_finds_a_time(self):
        lines = "".join(json.dumps({"at": f"2026-01-{day:02}T00:00:00Z", "v": day}) + "\n" for day in range(1, 11)).encode()
        self.tern("stream", "append", self.stream, "--ndjson", "--timestamp-field", "at", "--value-field", "v", input=lines)
        self.assertEqual(self.values("--from", "2026-01-04T00:00:00Z", "--to", "2026-01-06T12:00:00Z"), ["4", "5", "6"])
        self.assertEqual(self.values("--from", "2026-01-09T00:00:01+00:00"), ["10"])

    def test_several_partitions_are_merged_by_time(self):
        name = self.partitioned(4)
        for number in range(12):
            line = json.dumps({"at": 1_000_000 + number, "v": number}).encode()
            self.tern("stream", "append", name, "--ndjson", "--timestamp-field", "at", "--value-field", "v", "--partition", number % 4, input=line)
        self.assertEqual(self.values(stream=name), [str(number) for number in range(12)])
        self.assertEqual(self.values("--partition", "1", "--partition", "3", stream=name), ["1", "3", "5", "7", "9", "11"])
        tail = self.tern("stream", "tail", name, "-n", "3", "--raw").out
        self.assertEqual(tail.split(), ["9", "10", "11"])

    def test_tail_shows_the_last_records(self):
        self.tern("stream", "append", self.stream, "--lines", input=b"".join(b"%d\n" % n for n in range(100)))
        self.assertEqual(self.tern("stream", "tail", self.stream, "--raw").out.split(), [str(n) for n in range(90, 100)])
        self.assertEqual(self.tern("stream", "tail", self.stream, "-n", "2", "--raw").out.split(), ["98", "99"])
        self.assertEqual(self.tern("stream", "tail", self.stream, "-n", "0").out, "")
        self.assertEqual(len(self.tern("stream", "tail", self.stream, "-n", "1000", "--raw").out.split()), 100)

    def test_a_slow_writer_need_not_fill_a_batch(self):
        with self.start_tern("stream", "append", self.stream, "--lines", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as appending:
            appending.stdin.write(b"first\n")
            appending.stdin.flush()
            self.wait_until(lambda: self.values() == ["first"], "the first line is there")
            out = appending.communicate(b"second\n")[0]
            self.assertIn(b"2 records appended", out)
        self.assertEqual(self.values(), ["first", "second"])

    def test_a_million_lines_come_back_as_they_went_in(self):
        lines = b"".join(b"line number %d\n" % n for n in range(1_000_000))
        told = self.tern("stream", "append", self.stream, "--lines", "--json", input=lines).json
        self.assertEqual((told["appended"], told["failed"], told["settled_through_line"]), (1_000_000, 0, 1_000_000))
        self.assertTrue(self.tern("stream", "read", self.stream, "--raw").out_bytes == lines)


class Following(BrokerTest):
    def setUp(self):
        super().setUp()
        self.tern("stream", "create", self.queue, "--partitions", "2")

    def follow(self, *options):
        following = self.start_tern("stream", "tail", self.queue, "-f", "--raw", *options, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(close, following)
        return following

    def test_following_shows_what_comes_until_it_is_interrupted(self):
        self.tern("stream", "append", self.queue, "before")
        following = self.follow()
        self.assertEqual(following.stdout.readline(), b"before\n")
        self.tern("stream", "append", self.queue, "one", "--partition", "1")
        self.assertEqual(following.stdout.readline(), b"one\n")
        self.tern("stream", "append", self.queue, "two", "--partition", "0")
        self.assertEqual(following.stdout.readline(), b"two\n")
        following.send_signal(signal.SIGINT)
        self.assertEqual(following.communicate(timeout=SECONDS_MAX), (b"", b""))
        # A shell shows this as 130.
        self.assertEqual(following.returncode, -signal.SIGINT)

    def test_following_takes_up_partitions_that_are_added(self):
        self.tern("stream", "append", self.queue, "before")
        following = self.follow()
        self.assertEqual(following.stdout.readline(), b"before\n")
        self.tern("stream", "set", self.queue, "--partitions", "3")
        self.tern("stream", "append", self.queue, "in the new one", "--partition", "2")
        self.assertEqual(following.stdout.readline(), b"in the new one\n")
        following.send_signal(signal.SIGINT)
        following.communicate(timeout=SECONDS_MAX)

    def test_following_goes_on_when_the_broker_was_killed(self):
        self.tern("stream", "append", self.queue, "--lines", input=b"1\n2\n")
        following = self.follow()
        self.assertEqual(sorted([following.stdout.readline(), following.stdout.readline()]), [b"1\n", b"2\n"])
        self.broker.kill()
        self.broker.start()
        self.tern("stream", "append", self.queue, "3")
        self.assertEqual(following.stdout.readline(), b"3\n")
        following.send_signal(signal.SIGINT)
        following.communicate(timeout=SECONDS_MAX)


class LostConnections(BrokerTest):
    def setUp(self):
        super().setUp()
        self.tern("stream", "create", self.queue)

    def records(self):
        return self.tern("stream", "show", self.queue, "--json").json["records"]

    def append_in_halves(self, lines, *options):
        """Kills the broker when some of the first half is there, and starts it again before the second half is written."""
        half = lines.index(b"\n", len(lines) // 2) + 1
        with self.start_tern("stream", "append", self.queue, "--lines", *options, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE) as appending:
            appending.stdin.write(lines[:half])
            appending.stdin.flush()
            self.wait_until(lambda: self.records() > 0, "some are there")
            self.broker.kill()
            if "--retry" in options:
                self.broker.start()
            out, err = appending.communicate(lines[half:])
        if "--retry" not in options:
            self.broker.start()
        return appending.returncode, out.decode(), err.decode()

    def test_after_a_lost_connection_it_is_told_exactly_where_to_go_on(self):
        lines = "".join(f"{number}\n" for number in range(200_000)).encode()
        code, _, err = self.append_in_halves(lines)
        self.assertEqual(code, 3, err)
        stored = int(re.search(r"Surely stored: ([\d,]+) record", err).group(1).replace(",", ""))
        self.assertGreaterEqual(self.records(), stored)
        line = int(re.search(r"--from-line (\d+)", err).group(1))

        self.tern("stream", "append", self.queue, "--lines", "--from-line", line, input=lines)

        values = self.tern("stream", "read", self.queue, "--raw").out.split()
        self.assertEqual(set(map(int, values)), set(range(200_000)))

    def test_with_retry_a_killed_broker_is_waited_for_and_every_line_is_stored_once_in_order(self):
        lines = "".join(f"{number}\n" for number in range(200_000)).encode()
        code, out, err = self.append_in_halves(lines, "--retry", "60s", "--json")
        self.assertEqual(code, 0, err)
        self.assertEqual(json.loads(out)["appended"], 200_000)
        self.assertTrue(self.tern("stream", "read", self.queue, "--raw").out_bytes == lines)

    def test_interrupted_it_tells_how_far_it_came(self):
        with self.start_tern("stream", "append", self.queue, "--lines", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE) as appending:
            appending.stdin.write(b"one\ntwo\n")
            appending.stdin.flush()
            self.wait_until(lambda: self.records() == 2, "both are there")
            appending.send_signal(signal.SIGINT)
            out, err = appending.communicate(timeout=SECONDS_MAX)
        self.assertEqual(appending.returncode, 130, err)
        self.assertIn(b"2 records appended", out)
        self.assertIn(b"--from-line 3", err)
