import json
import signal
import subprocess

from broker import BrokerTest, close, command, environment


class Topics(BrokerTest):
    def setUp(self):
        super().setUp()
        self.topic = self.queue

    def publish(self, subject, *data):
        return self.tern("topic", "publish", subject, *data)

    def show(self):
        return self.tern("topic", "show", self.topic, "--json").json

    def subscribe(self, pattern, *options):
        """What a subscription that ends by itself has printed, line by line."""
        return self.tern("topic", "subscribe", pattern, *options).out.splitlines()

    def test_creating_a_topic_twice_says_created_and_then_exists(self):
        self.assertEqual(self.tern("topic", "create", self.topic).out, f"{self.topic} created\n")
        self.assertEqual(self.tern("topic", "create", self.topic).out, f"{self.topic} exists already\n")
        self.assertEqual(self.tern("topic", "create", self.topic, "--json").json, {"name": self.topic, "created": False})
        self.assertIn("tern topic set", self.tern("topic", "create", self.topic, "--history-age", "2h", code=1).err)

    def test_all_settings_arrive_and_are_shown(self):
        self.tern("topic", "create", self.topic, "--history-age", "2h", "--history-publications", "500", "--history-bytes", "10MiB",
                  "--retained", "--presence", "--publication-bytes-max", "64KiB", "--tag", "team=a")
        self.assertEqual(self.show()["settings"], {
            "fifo": False, "content_based_deduplication": False, "history": True, "history_age_ms": 7_200_000, "history_publications": 500,
            "history_bytes": 10 << 20, "retained": True, "publication_bytes_max": 65_536, "presence": True})
        self.assertEqual(self.show()["tags"], {"team": "a"})
        text = self.tern("topic", "show", self.topic).out
        for part in ("2 h, up to 500 publications, up to 10 MiB", "64 KiB", "subscribers are told who is there"):
            self.assertIn(part, text)

    def test_set_changes_what_is_named_and_keeps_the_rest(self):
        self.tern("topic", "create", self.topic, "--history-age", "2h")
        self.tern("topic", "set", self.topic, "--history-publications", "unlimited", "--presence")
        settings = self.show()["settings"]
        self.assertEqual((settings["history_age_ms"], settings["history_publications"], settings["presence"]), (7_200_000, 0, True))
        self.assertIn("nothing to set", self.tern("topic", "set", self.topic, code=2).err)
        self.assertIn("tern topic create", self.tern("topic", "set", "nowhere", "--presence", code=1).err)

    def test_list_shows_the_topics_of_a_prefix(self):
        for name in ("page-1", "page-2"):
            self.tern("topic", "create", name)
        self.publish("page-2.a", "x", "y")
        listed = self.tern("topic", "list", "page-", "--json").json
        self.assertEqual([(topic["name"], topic["publications"]) for topic in listed], [("page-1", 0), ("page-2", 2)])
        self.assertEqual(self.tern("topic", "list", "page-", "--names").out.split(), ["page-1", "page-2"])
        self.assertRegex(self.tern("topic", "list", "page-").out, r"Topic +History +Publications +Subscriptions +Subscribers\n")

    def test_publish_takes_arguments_files_lines_and_records(self):
        self.assertEqual(self.publish(f"{self.topic}.a", "one", "two").out, "offset 0\noffset 1\n")
        self.tern("topic", "publish", self.topic, "--subject", f"{self.topic}.b", input=b"three")
        self.assertEqual(self.tern("topic", "publish", f"{self.topic}.c", "--lines", "--json", input=b"four\n\nfive\n").json["published"], 2)
        records = json.dumps({"to": f"{self.topic}.d", "text": "six", "id": 6}).encode() + b"\nnonsense\n"
        report = self.tern("topic", "publish", self.topic, "--ndjson", "--subject-field", "to", "--data-field", "text",
                           "--deduplication-field", "id", "--json", input=records * 2, code=1).json
        self.assertEqual((report["published"], report["failed"]), (2, 2))
        found = [json.loads(line) for line in self.subscribe(f"{self.topic}.>", "--from", "earliest", "--count", "6", "--json")]
        self.assertEqual([(each["subject"][len(self.topic):], each["data"]) for each in found],
                         [(".a", "one"), (".a", "two"), (".b", "three"), (".c", "four"), (".c", "five"), (".d", "six")])
        self.assertEqual(self.show()["end_offset"], 6)

    def test_a_publication_has_attributes_and_bytes_that_are_no_text(self):
        self.tern("topic", "publish", self.topic, "--attribute", "colour=red", "--attribute", "count:Number=3", input=b"\xff\x00")
        found = json.loads(self.subscribe(self.topic, "--last", "1", "--count", "1", "--json")[0])
        self.assertEqual((found["data"], found["encoding"], found["offset"]), ("/wA=", "base64", 0))
        self.assertEqual(found["attributes"], {"colour": {"type": "String", "value": "red"}, "count": {"type": "Number", "value": "3"}})

    def test_wrong_command_lines_are_told_before_anything_is_done(self):
        for arguments, what in ((("publish", "a", "x", "--subject", "b.c"), "--subject a.b.c"),
                                (("publish", "a", "x", "--lines"), "not arguments"),
                                (("publish", "a.fifo", "x"), "--group"),
                                (("subscribe", "a", "--from", "yesterday"), "no place to begin"),
                                (("subscribe", "a", "--ack-wait", "5s"), "--durable")):
            self.assertIn(what, self.tern("topic", *arguments, code=2).err)
        self.assertIn("pattern", self.tern("topic", "subscribe", "a..b", code=1).err.lower())

    def test_subscriptions_begin_where_they_are_told_and_filter(self):
        self.publish(f"{self.topic}.a", *map(str, range(5)))
        self.tern("topic", "publish", f"{self.topic}.b", "chosen", "--attribute", "kind=special")
        pattern = f"{self.topic}.>"
        self.assertEqual(self.subscribe(pattern, "--from", "3", "--count", "2", "--raw"), ["3", "4"])
        self.assertEqual(self.subscribe(pattern, "--from", "-1h", "--count", "1", "--raw"), ["0"])
        self.assertEqual(self.subscribe(f"{self.topic}.a", "--from", "last:2", "--count", "1", "--raw"), ["3"])
        self.assertEqual(self.subscribe(pattern, "--from", "earliest", "--count", "1", "--raw", "--filter", '{"kind":["special"]}'), ["chosen"])
        self.assertEqual(self.subscribe(pattern, "--idle", "50ms"), [])
        self.assertIn("filter", self.tern("topic", "subscribe", pattern, "--filter", "nonsense", code=1).err)

    def test_history_shows_the_last_ones_or_from_a_place(self):
        self.publish(f"{self.topic}.a", *map(str, range(20)))
        history = lambda *options: self.tern("topic", "history", f"{self.topic}.>", "--raw", *options).out.split()
        self.assertEqual(history("--max", "2"), ["18", "19"])
        self.assertEqual(history("--from", "earliest", "--max", "3"), ["0", "1", "2"])
        self.assertEqual(history("--from", "15"), ["15", "16", "17", "18", "19"])
        self.assertEqual(len(history()), 20)

    def test_ctrl_c_ends_a_subscription_and_live_publications_come_at_once(self):
        self.tern("topic", "create", self.topic)
        process = self.start_tern("topic", "subscribe", f"{self.topic}.>", "--raw", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(close, process)
        self.wait_until(lambda: self.show()["subscribers"] == 1, "it is subscribed")
        self.publish(f"{self.topic}.a", "now")
        self.assertEqual(process.stdout.readline(), b"now\n")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), 130)
        self.wait_until(lambda: self.show()["subscribers"] == 0, "it is gone")

    def test_a_durable_subscription_goes_on_where_its_acknowledgements_end(self):
        pattern = f"{self.topic}.>"
        self.assertEqual(self.subscribe(pattern, "--durable", "phone", "--idle", "50ms"), [])
        self.publish(f"{self.topic}.a", "one", "two", "three")
        self.assertEqual(self.subscribe(pattern, "--durable", "phone", "--count", "1", "--raw"), ["one"])
        self.assertEqual(self.subscribe(pattern, "--durable", "phone", "--count", "2", "--raw"), ["two", "three"])
        listed = self.tern("topic", "subscription", "list", self.topic, "--json").json
        self.assertEqual([(each["subscription"], each["kind"], each["waiting"]) for each in listed], [("phone", "durable", 0)])
        self.assertIn("--yes", self.tern("topic", "subscription", "remove", self.topic, "phone", code=2).err)
        self.tern("topic", "subscription", "remove", self.topic, "phone", "--yes")
        self.assertEqual(self.tern("topic", "subscription", "list", self.topic, "--json").json, [])

    def test_queues_are_subscribed_changed_shown_and_removed(self):
        queue = f"{self.topic}-q"[-80:]
        self.tern("topic", "create", self.topic)
        self.tern("queue", "create", queue)
        added = self.tern("topic", "subscription", "add", self.topic, queue, "--pattern", f"{self.topic}.a", "--json").json
        self.assertTrue(added["created"])
        self.assertIn("exists already", self.tern("topic", "subscription", "add", self.topic, queue, "--pattern", f"{self.topic}.a").out)
        self.tern("topic", "subscription", "set", self.topic, queue, "--raw", "--filter", '{"kind":["x"]}')
        shown = self.tern("topic", "subscription", "show", self.topic, added["subscription"], "--json").json
        self.assertEqual((shown["queue"], shown["raw"], shown["pattern"]), (queue, True, f"{self.topic}.a"))
        self.tern("topic", "publish", f"{self.topic}.a", "yes", "--attribute", "kind=x")
        self.publish(f"{self.topic}.a", "no")
        self.assertEqual(self.tern("queue", "receive", queue, "--max", "5", "--raw", "--delete").out, "yes\n")
        self.assertEqual(self.tern("topic", "subscription", "show", self.topic, queue, "--json").json["delivered"], 1)
        self.assertRegex(self.tern("topic", "subscription", "list", self.topic).out, r"Subscription +Kind +Queue +Pattern +Filter")
        self.tern("topic", "subscription", "remove", self.topic, queue)
        self.assertIn("subscription list", self.tern("topic", "subscription", "show", self.topic, queue, code=1).err)

    def test_presence_tells_who_is_there(self):
        self.tern("topic", "create", self.topic, "--presence")
        process = self.start_tern("topic", "subscribe", f"{self.topic}.>", "--member", "ada", "--state", "busy", "--presence",
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(close, process)
        presence = lambda: self.tern("topic", "presence", self.topic, "--json").json
        self.wait_until(lambda: presence()["count"] == 1, "ada is there")
        self.assertEqual([(each["member"], each["state"]) for each in presence()["members"]], [("ada", "busy")])
        self.assertRegex(self.tern("topic", "presence", self.topic).out, r"ada +busy +1")
        process.send_signal(signal.SIGINT)
        process.wait(30)
        self.wait_until(lambda: presence()["count"] == 0, "ada is gone")

    def test_deleting_asks_and_tells_what_is_gone(self):
        self.publish(f"{self.topic}.a", "x")
        self.assertIn("--yes", self.tern("topic", "delete", self.topic, code=2).err)
        self.assertEqual(self.tern("topic", "delete", self.topic, "--yes").out, f"{self.topic} deleted, 1 publication and 0 subscriptions gone\n")
        self.assertIn("tern topic list", self.tern("topic", "show", self.topic, code=1).err)

    def test_ephemeral_publications_and_repetitions_are_told(self):
        self.assertEqual(self.tern("topic", "publish", self.topic, "x", "--ephemeral").out, "ephemeral\n")
        self.assertEqual(self.tern("topic", "publish", self.topic, "x", "--deduplication-id", "a").out, "offset 0\n")
        self.assertEqual(self.tern("topic", "publish", self.topic, "x", "--deduplication-id", "a").out, "offset 0, published before\n")


class TopicsAcrossAKill(BrokerTest):
    def test_a_subscriber_goes_on_after_a_kill_and_misses_nothing(self):
        topic = self.queue
        self.tern("topic", "create", topic)
        process = self.start_tern("topic", "subscribe", f"{topic}.>", "--raw", "--count", "200", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(close, process)
        subscribers = lambda: self.tern("topic", "show", topic, "--json").json["subscribers"]
        self.wait_until(lambda: subscribers() == 1, "it is subscribed")
        numbers = [str(number).encode() for number in range(200)]
        self.tern("topic", "publish", f"{topic}.a", "--lines", input=b"\n".join(numbers[:100]))
        self.broker.kill()
        self.broker.start()
        self.tern("topic", "publish", f"{topic}.a", "--lines", input=b"\n".join(numbers[100:]))
        out, _ = process.communicate(timeout=60)
        self.assertEqual(out.split(), numbers)
        self.assertEqual(process.returncode, 0)

    def test_publishing_lines_waits_for_a_broker_that_is_gone(self):
        topic = self.queue
        lines = b"".join(b"%d\n" % number for number in range(20_000))
        process = subprocess.Popen(command("topic", "publish", f"{topic}.a", "--lines", "--retry", "60s", "--json"), env=environment(self.broker),
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(close, process)
        process.stdin.write(lines[: len(lines) // 2])
        process.stdin.flush()
        self.broker.kill()
        self.broker.start()
        out, _ = process.communicate(lines[len(lines) // 2:], timeout=60)
        self.assertEqual(json.loads(out)["published"], 20_000)
        history = self.tern("topic", "history", f"{topic}.a", "--from", "earliest", "--max", "30000", "--raw").out.split()
        self.assertEqual(history, [str(number) for number in range(20_000)])
