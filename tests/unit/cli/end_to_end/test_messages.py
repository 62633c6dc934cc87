import base64
import json
import os
import subprocess

from broker import BrokerTest, command, environment


class Messages(BrokerTest):
    def setUp(self):
        super().setUp()
        self.tern("queue", "create", self.queue)

    def receive(self, *options, queue=None):
        return self.tern("queue", "receive", queue or self.queue, "--json", *options).json

    def test_bodies_come_from_arguments_even_when_they_are_names_of_commands(self):
        sent = self.tern("queue", "send", self.queue, "list", "status", "queue", "--json").json
        self.assertEqual((sent["sent"], len(sent["messages"])), (3, 3))
        received = self.receive("--max", "3")
        self.assertEqual(sorted(message["body"] for message in received), ["list", "queue", "status"])
        self.assertEqual({message["id"] for message in received}, {message["id"] for message in sent["messages"]})

    def test_a_body_comes_whole_from_standard_input_or_a_file(self):
        self.tern("queue", "send", self.queue, input="größe\n日本\n".encode())
        self.assertEqual(self.receive("--delete")[0]["body"], "größe\n日本\n")
        path = f"{self.broker.folder.name}/body"
        with open(path, "wb") as file:
            file.write(b"from a file")
        self.tern("queue", "send", self.queue, "--file", path)
        self.assertEqual(self.receive("--delete")[0]["body"], "from a file")
        self.assertIn("cannot open", self.tern("queue", "send", self.queue, "--file", path + "-not", code=2).err)

    def test_a_received_message_tells_all_that_is_known_about_it(self):
        self.tern("queue", "send", self.queue, "x", "--attribute", "color=red", "--attribute", "n:Number=5", "--attribute",
                  "raw:Binary=bytes", "--group", "g1")
        message = self.receive()[0]
        self.assertEqual(message["attributes"]["color"], {"type": "String", "value": "red"})
        self.assertEqual(message["attributes"]["n"], {"type": "Number", "value": "5"})
        self.assertEqual(message["attributes"]["raw"],
                         {"type": "Binary", "value": base64.b64encode(b"bytes").decode(), "encoding": "base64"})
        self.assertEqual((message["receive_count"], message["group_id"]), (1, "g1"))
        self.assertRegex(message["sent_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(self.tern("queue", "delete", self.queue, message["receipt_handle"]).out, "1 message deleted\n")
        self.assertEqual(self.counts(), (0, 0, 0))

    def test_delete_tells_which_handles_were_refused(self):
        refused = self.tern("queue", "delete", self.queue, "nonsense", "--json", code=1).json
        self.assertEqual((refused["deleted"], refused["failures"][0]["name"]), (0, "receipt_handle_invalid"))

    def test_receive_prints_one_array_whatever_there_is(self):
        self.assertEqual(self.receive(), [])
        self.assertEqual(self.tern("queue", "receive", self.queue, "--fail-empty", "--json", code=4).json, [])
        self.tern("queue", "send", self.queue, "--lines", input=b"".join(b"%d\n" % n for n in range(57)))
        bodies = [message["body"] for message in self.receive("--max", "50", "--delete")]
        self.assertEqual(len(set(bodies)), 50)
        self.assertEqual(self.counts(), (7, 0, 0))
        self.assertEqual(len(self.receive("--max", "1000", "--delete")), 7)
        self.assertEqual(self.counts(), (0, 0, 0))

    def test_receive_waits_for_a_message(self):
        with self.start_tern("queue", "receive", self.queue, "--wait", "30s", "--raw", "--delete", stdout=subprocess.PIPE) as waiting:
            self.wait_until(lambda: self.tern("status", "--json").json["waiting_receives"] == 1, "the receive waits")
            self.tern("queue", "send", self.queue, "at last")
            self.assertEqual(waiting.communicate()[0], b"at last\n")
            self.assertEqual(waiting.returncode, 0)

    def test_messages_that_nobody_could_read_come_back_at_once(self):
        self.tern("queue", "send", self.queue, "--lines", input=b"".join(b"%d\n" % n for n in range(40)))
        with open("/dev/full", "wb") as full:
            ended = subprocess.run(command("queue", "receive", self.queue, "--max", "40", "--delete", "--raw"), stdout=full,
                                   stderr=subprocess.PIPE, env=environment(self.broker))
        self.assertEqual(ended.returncode, 1)
        self.assertIn(b"cannot write the output", ended.stderr)
        self.assertEqual(self.counts(), (40, 0, 0))

    def test_a_reader_that_goes_away_is_no_reason_to_complain(self):
        self.tern("queue", "send", self.queue, "x")
        reader, writer = os.pipe()
        os.close(reader)
        ended = subprocess.run(command("queue", "receive", self.queue, "--delete"), stdout=writer, stderr=subprocess.PIPE,
                               env=environment(self.broker))
        os.close(writer)
        self.assertEqual((ended.returncode, ended.stderr), (1, b""))
        self.assertEqual(self.counts(), (1, 0, 0))

    def test_peek_looks_without_touching(self):
        self.tern("queue", "send", self.queue, "seen")
        self.tern("queue", "send", self.queue, "later", "--delay", "10m")
        for _ in range(2):
            seen = self.tern("queue", "peek", self.queue, "--json").json
            self.assertEqual([(message["body"], message["state"]) for message in seen], [("seen", "visible")])
        self.receive()
        states = {message["body"]: message["state"] for message in self.tern("queue", "peek", self.queue, "--all", "--json").json}
        self.assertEqual(states, {"seen": "in flight", "later": "delayed"})
        self.assertEqual(len(self.tern("queue", "peek", self.queue, "--in-flight", "--json").json), 1)
        self.assertEqual(self.tern("queue", "peek", self.queue, "--delayed", "--raw").out, "later\n")

    def test_lines_are_sent_one_by_one_in_batches(self):
        lines = "".join(f"line {number} größe\n" for number in range(5_000)).encode()
        sent = self.tern("queue", "send", self.queue, "--lines", "--json", input=lines).json
        self.assertEqual((sent["sent"], sent["failed"], sent["settled_through_line"]), (5_000, 0, 5_000))
        received = self.tern("queue", "receive", self.queue, "--max", "6000", "--delete", "--raw").out_bytes
        self.assertEqual(sorted(received.splitlines()), sorted(lines.splitlines()))

    def test_a_slow_writer_need_not_fill_a_batch(self):
        with self.start_tern("queue", "send", self.queue, "--lines", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as sending:
            sending.stdin.write(b"first\n")
            sending.stdin.flush()
            self.wait_until(lambda: self.counts() == (1, 0, 0), "the first line is there")
            out = sending.communicate(b"second\n")[0]
            self.assertIn(b"2 messages sent", out)
        self.assertEqual(self.counts(), (2, 0, 0))

    def test_lines_that_cannot_be_sent_are_told_by_their_numbers(self):
        self.tern("queue", "set", self.queue, "--message-bytes-max", "1KiB")
        sent = self.tern("queue", "send", self.queue, "--lines", "--json", input=b"a\n" + b"x" * 2000 + b"\n\nb\n", code=1)
        self.assertEqual((sent.json["sent"], sent.json["failed"], sent.json["empty_lines"]), (2, 1, 1))
        self.assertEqual([(failure["line"], failure["name"]) for failure in sent.json["failures"]], [(2, "message_too_large")])
        self.assertIn("line 2: ", self.tern("queue", "send", self.queue, "--lines", input=b"a\n" + b"x" * 2000, code=1).err)
        self.assertEqual(self.tern("queue", "send", self.queue, "--lines", "--from-line", "3", "--json", input=b"a\nb\nc\n").json["sent"], 1)

    def test_records_give_body_group_and_deduplication_id(self):
        name = self.queue[:60] + ".fifo"
        self.tern("queue", "create", name)
        records = [{"id": f"d{n}", "user": n % 2, "text": f"t{n}"} for n in range(4)] + [{"id": "d1", "user": 1, "text": "again"}]
        lines = "".join(json.dumps(record) + "\n" for record in records).encode()
        sent = self.tern("queue", "send", name, "--ndjson", "--body-field", "text", "--group-field", "user",
                         "--deduplication-field", "id", "--json", input=lines).json
        self.assertEqual(sent["sent"], 5)
        received = self.receive("--max", "10", queue=name)
        self.assertEqual([m["body"] for m in received if m["group_id"] == "1"], ["t1", "t3"])
        self.assertEqual(received[0]["deduplication_id"], "d0")
        bad = self.tern("queue", "send", name, "--ndjson", "--group-field", "user", "--json", input=b"{\n", code=1).json
        self.assertEqual(bad["failures"][0]["line"], 1)

    def test_a_fifo_queue_keeps_the_order_of_many_lines(self):
        name = self.queue[:60] + ".fifo"
        self.tern("queue", "create", name, "--content-deduplication")
        lines = [b"%d" % n for n in range(1_000)]
        self.tern("queue", "send", name, "--lines", "--group", "g", input=b"\n".join(lines))
        received = self.tern("queue", "receive", name, "--max", "1000", "--delete", "--raw").out_bytes
        self.assertEqual(received.splitlines(), lines)
        self.assertIn("--group", self.tern("queue", "send", name, "x", code=2).err)

    def test_redrive_moves_dead_letters_back(self):
        dead = self.queue[:60] + "-dead"
        self.tern("queue", "create", dead)
        self.tern("queue", "set", self.queue, "--dead-letter", dead, "--receives-max", "1", "--visibility-timeout", "0")
        self.tern("queue", "send", self.queue, "poison")
        self.receive()
        self.assertEqual(self.receive(), [])
        self.wait_until(lambda: self.counts(dead) == (1, 0, 0), "the dead letter is there")
        done = self.tern("queue", "redrive", dead, "--follow", "--json").json
        self.assertEqual((done["status"], done["moved"]), ("completed", 1))
        self.assertEqual(self.counts(), (1, 0, 0))
        self.assertEqual(self.tern("queue", "redrive", dead, "--list", "--json").json[0]["status"], "completed")
        self.tern("queue", "redrive", dead, "--cancel", "nonsense", code=1)
        self.assertIn("completed", self.tern("queue", "redrive", dead, "--list").out)
