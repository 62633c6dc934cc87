import subprocess

from broker import BrokerTest, command, environment


class Streams(BrokerTest):
    def setUp(self):
        super().setUp()
        self.stream = self.queue

    def show(self):
        return self.tern("stream", "show", self.stream, "--json").json

    def test_creating_a_stream_twice_says_created_and_then_exists(self):
        self.assertEqual(self.tern("stream", "create", self.stream).out, f"{self.stream} created\n")
        self.assertEqual(self.tern("stream", "create", self.stream).out, f"{self.stream} exists already\n")
        self.assertEqual(self.tern("stream", "create", self.stream, "--json").json, {"name": self.stream, "created": False})
        self.assertIn("tern stream set", self.tern("stream", "create", self.stream, "--partitions", "7", code=1).err)

    def test_all_settings_arrive_and_are_shown(self):
        self.tern("stream", "create", self.stream, "--partitions", "3", "--retention", "2h", "--retention-bytes", "10MiB",
                  "--record-bytes-max", "64KiB", "--timestamps", "append")
        self.assertEqual(self.show()["settings"], {"partitions": 3, "retention_ms": 7_200_000, "retention_bytes": 10 << 20,
                                                   "record_bytes_max": 65_536, "timestamps": "append"})
        text = self.tern("stream", "show", self.stream).out
        for part in ("2 h", "up to 10 MiB", "64 KiB", "append: the broker's clock"):
            self.assertIn(part, text)
        self.assertRegex(text, r"Partition +Start +End +Records +Size +Oldest +Newest\n")

    def test_set_changes_what_is_named_and_keeps_the_rest(self):
        self.tern("stream", "create", self.stream, "--retention", "2h")
        self.tern("stream", "set", self.stream, "--partitions", "4", "--retention-bytes", "1GiB")
        settings = self.show()["settings"]
        self.assertEqual((settings["partitions"], settings["retention_ms"], settings["retention_bytes"]), (4, 7_200_000, 1 << 30))
        self.tern("stream", "set", self.stream, "--retention", "forever", "--retention-bytes", "unlimited")
        settings = self.show()["settings"]
        self.assertEqual((settings["retention_ms"], settings["retention_bytes"]), (0, 0))
        text = self.tern("stream", "show", self.stream).out
        self.assertIn("for ever", text)
        self.assertIn("any size", text)
        self.assertIn("can only grow", self.tern("stream", "set", self.stream, "--partitions", "2", code=1).err)
        self.assertIn("nothing to set", self.tern("stream", "set", self.stream, code=2).err)

    def test_list_shows_the_streams_of_a_prefix(self):
        names = ["page-1", "page-2", "page-3"]
        for name in names:
            self.tern("stream", "create", name)
        self.tern("stream", "append", "page-2", "a", "b")
        listed = self.tern("stream", "list", "page-", "--json").json
        self.assertEqual([(stream["name"], stream["partitions"], stream["records"]) for stream in listed],
                         [("page-1", 1, 0), ("page-2", 1, 2), ("page-3", 1, 0)])
        self.assertGreater(listed[1]["bytes"], 0)
        self.assertIsNone(listed[0]["newest_at"])
        self.assertEqual(self.tern("stream", "list", "page-", "--names").out.split(), names)
        self.assertRegex(self.tern("stream", "list", "page-").out, r"Stream +Partitions +Records +Size +Newest\n")
        self.assertEqual(self.tern("stream", "list", "no-such", "--json").json, [])

    def test_namespaces_keep_streams_apart(self):
        self.tern("stream", "create", self.stream, "--namespace", "other")
        self.tern("stream", "append", self.stream, "x", "--namespace", "other")
        self.assertEqual(self.tern("stream", "list", self.stream, "--json").json, [])
        self.assertEqual(self.tern("stream", "read", self.stream, "--raw", "--namespace", "other").out, "x\n")
        self.assertEqual(self.tern("--namespace", "other", "stream", "show", self.stream, "--json").json["records"], 1)

    def test_show_tells_where_partitions_begin_and_end(self):
        self.tern("stream", "create", self.stream, "--partitions", "2")
        self.tern("stream", "append", self.stream, "a", "b", "c", "--partition", "1")
        empty, filled = self.show()["partitions"]
        self.assertEqual((empty["start_offset"], empty["end_offset"], empty["records"], empty["oldest_at"]), (0, 0, 0, None))
        self.assertEqual((filled["start_offset"], filled["end_offset"], filled["records"]), (0, 3, 3))
        self.assertRegex(filled["newest_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertGreaterEqual(filled["oldest_age_ms"], filled["newest_age_ms"])

    def test_delete_asks_or_needs_yes(self):
        self.tern("stream", "create", self.stream)
        self.tern("stream", "append", self.stream, "a", "b")
        self.assertIn("--yes", self.tern("stream", "delete", self.stream, code=2).err)
        self.assertEqual(self.show()["records"], 2)
        self.assertEqual(self.tern("stream", "delete", self.stream, "--yes").out, f"{self.stream} deleted, 2 records gone\n")
        self.tern("stream", "show", self.stream, code=1)

    def test_truncate_removes_what_is_before_an_offset(self):
        self.tern("stream", "create", self.stream, "--partitions", "2")
        self.tern("stream", "append", self.stream, "a", "b", "c", "--partition", "1")
        self.assertIn("--partition", self.tern("stream", "truncate", self.stream, "--before", "1", "--yes", code=2).err)
        self.assertIn("--yes", self.tern("stream", "truncate", self.stream, "--before", "1", "--partition", "1", code=2).err)
        self.assertIn("ends at 3", self.tern("stream", "truncate", self.stream, "--before", "9", "--partition", "1", "--yes", code=1).err)
        cut = self.tern("stream", "truncate", self.stream, "--before", "2", "--partition", "1", "--yes", "--json").json
        self.assertEqual(cut, [{"partition": 1, "start_before": 0, "start_offset": 2, "removed": 2}])
        self.assertEqual(self.tern("stream", "read", self.stream, "--raw").out, "c\n")
        self.assertEqual(self.show()["partitions"][1]["start_offset"], 2)
        text = self.tern("stream", "truncate", self.stream, "--before", "latest", "--yes").out
        self.assertRegex(text, r"Partition +Start before +Start now +Removed\n")
        self.assertEqual(self.show()["records"], 0)

    def test_truncate_removes_what_is_before_a_time(self):
        self.tern("stream", "create", self.stream)
        old = b'{"at":"2020-01-01T00:00:00Z","v":"old"}\n{"at":"2020-01-02T00:00:00Z","v":"older"}\n'
        self.tern("stream", "append", self.stream, "--ndjson", "--timestamp-field", "at", "--value-field", "v", input=old)
        self.tern("stream", "append", self.stream, "new")
        cut = self.tern("stream", "truncate", self.stream, "--before-time", "-1h", "--yes", "--json").json
        self.assertEqual((cut[0]["start_offset"], cut[0]["removed"]), (2, 2))
        self.assertEqual(self.tern("stream", "truncate", self.stream, "--before-time", "-1h", "--json").json[0]["removed"], 0)
        self.assertEqual(self.tern("stream", "read", self.stream, "--raw").out, "new\n")

    def test_status_counts_streams_and_groups(self):
        before = self.tern("status", "--json").json
        self.tern("stream", "create", self.stream)
        self.tern("group", "reset", "counted", "--stream", self.stream, "--to", "latest")
        after = self.tern("status", "--json").json
        self.assertEqual((after["streams"], after["groups"]), (before["streams"] + 1, before["groups"] + 1))
        self.assertRegex(self.tern("status").out, r"streams +\d+, \d+ consumer groups?\n")


class OutputThatEndsEarly(BrokerTest):
    def test_a_reader_that_goes_away_is_no_reason_to_complain(self):
        self.tern("stream", "create", self.queue)
        self.tern("stream", "append", self.queue, "--lines", input=b"".join(b"%d\n" % n for n in range(100_000)))
        for arguments in (("read", self.queue), ("tail", self.queue, "-n", "100000", "-f"), ("read", self.queue, "--json")):
            with self.subTest(arguments):
                reading = self.start_tern("stream", *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                first = reading.stdout.readline()
                reading.stdout.close()
                self.assertTrue(first.endswith(b"\n"))
                self.assertEqual(reading.stderr.read(), b"")
                reading.stderr.close()
                self.assertEqual(reading.wait(), 1)

    def test_output_that_cannot_be_written_is_told(self):
        self.tern("stream", "create", self.queue)
        self.tern("stream", "append", self.queue, "x")
        with open("/dev/full", "wb") as full:
            ended = subprocess.run(command("stream", "read", self.queue), stdout=full, stderr=subprocess.PIPE, env=environment(self.broker))
        self.assertEqual(ended.returncode, 1)
        self.assertIn(b"cannot write the output", ended.stderr)
