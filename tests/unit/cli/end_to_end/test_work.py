import os
import pathlib
import signal
import subprocess

from broker import BrokerTest


class Work(BrokerTest):
    def setUp(self):
        super().setUp()
        self.tern("queue", "create", self.queue)
        self.folder = pathlib.Path(self.broker.folder.name) / self.queue
        self.folder.mkdir()

    def send(self, *lines):
        self.tern("queue", "send", self.queue, "--lines", input="".join(line + "\n" for line in lines).encode())

    def work(self, exec, *options, code=0):
        return self.tern("queue", "work", self.queue, "--exec", exec, "--until-empty", *options, code=code)

    def test_a_command_gets_the_body_and_its_success_deletes(self):
        self.send("a", "b", "c")
        worked = self.work("tr a-z A-Z")
        self.assertEqual(sorted(worked.out), sorted("ABC"))
        self.assertIn("3 messages done", worked.err)
        self.assertEqual(self.counts(), (0, 0, 0))

    def test_a_command_finds_the_message_in_its_environment(self):
        self.tern("queue", "send", self.queue, "x", "--attribute", "content-type=text", "--group", "g")
        worked = self.work('echo "$TERN_QUEUE $TERN_RECEIVE_COUNT $TERN_GROUP_ID $TERN_ATTRIBUTE_content_type ${#TERN_MESSAGE_ID}"')
        self.assertEqual(worked.out, f"{self.queue} 1 g text 36\n")

    def test_a_command_that_fails_leaves_its_message_to_another_try(self):
        self.send("good", "bad")
        worked = self.work('test "$(cat)" = good', code=1)
        self.assertIn("exit code 1", worked.err)
        self.assertEqual(self.counts(), (0, 1, 0))

        self.send("again")
        self.work("exit 3", "--retry-delay", "0", "--max", "1", code=1)
        self.assertEqual(self.counts(), (1, 1, 0))
        self.assertEqual(self.tern("queue", "receive", self.queue, "--json").json[0]["receive_count"], 2)

    def test_output_of_commands_in_parallel_is_not_mixed(self):
        self.send(*(f"m{number}" for number in range(40)))
        worked = self.work('m=$(cat); for i in 1 2 3 4 5 6 7 8 9; do echo "$m $i"; done', "--parallel", "8")
        lines = worked.out.split("\n")[:-1]
        self.assertEqual(len(lines), 360)
        for start in range(0, 360, 9):
            name = lines[start].split()[0]
            self.assertEqual(lines[start:start + 9], [f"{name} {i}" for i in range(1, 10)])

    def test_commands_run_at_the_same_time(self):
        # Each waits until all four have begun: one at a time they would never end.
        self.send("1", "2", "3", "4")
        script = f'touch {self.folder}/$(cat); until [ $(ls {self.folder} | wc -l) = 4 ]; do sleep 0.01; done'
        self.work(script, "--parallel", "4")
        self.assertEqual(self.counts(), (0, 0, 0))

    def test_the_visibility_is_extended_while_a_command_runs(self):
        self.send("long")
        self.work("sleep 5", "--visibility-timeout", "2s")
        self.assertEqual(self.counts(), (0, 0, 0))
        self.assertEqual(self.tern("queue", "show", self.queue, "--json").json["received_total"], 1)

    def begin(self, script, *options):
        """Starts working, and waits until a command runs."""
        running = self.start_tern("queue", "work", self.queue, "--exec", script, *options, stderr=subprocess.PIPE)
        self.wait_until(lambda: any(self.folder.iterdir()), "a command runs")
        return running

    def test_a_first_signal_lets_the_command_finish(self):
        self.send("a", "b")
        with self.begin(f"touch {self.folder}/begun; until [ -e {self.folder}/go ]; do sleep 0.01; done") as running:
            running.send_signal(signal.SIGTERM)
            self.assertIn(b"finishing", running.stderr.readline())
            (self.folder / "go").touch()
            self.assertEqual(running.wait(60), 0)
        self.assertEqual(self.counts(), (1, 0, 0))

    def test_a_second_signal_stops_at_once_and_gives_back(self):
        self.send("a")
        with self.begin(f"echo $$ > {self.folder}/pid; sleep 1000") as running:
            self.wait_until(lambda: (self.folder / "pid").read_text().strip(), "the process is known")
            running.send_signal(signal.SIGINT)
            running.stderr.readline()
            running.send_signal(signal.SIGINT)
            self.assertEqual(running.wait(60), 130)
        with self.assertRaises(ProcessLookupError):
            os.kill(int((self.folder / "pid").read_text()), 0)
        self.assertEqual(self.counts(), (1, 0, 0))

    def test_a_second_signal_ends_it_also_when_the_broker_is_gone(self):
        self.send("a")
        with self.begin(f"touch {self.folder}/begun; sleep 1000") as running:
            self.broker.kill()
            running.send_signal(signal.SIGINT)
            self.wait_until(lambda: b"finishing" in running.stderr.readline(), "the signal is seen")
            running.send_signal(signal.SIGINT)
            self.assertEqual(running.wait(60), 130)
        self.broker.start()

    def test_work_goes_on_when_the_broker_was_killed_and_is_back(self):
        self.send(*(f"m{number}" for number in range(200)))
        script = f"(cat; echo) >> {self.folder}/out; sleep 0.02"
        with self.begin(script, "--wait", "1s", "--visibility-timeout", "3s") as running:
            self.broker.kill()
            self.broker.start()
            self.wait_until(lambda: self.counts() == (0, 0, 0), "all is done")
            running.send_signal(signal.SIGTERM)
            running.wait(60)
        self.assertEqual(set((self.folder / "out").read_text().split()), {f"m{number}" for number in range(200)})
