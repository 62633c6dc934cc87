import os
import pty
import re
import subprocess
import unittest

import broker
from broker import BrokerTest, SECONDS_MAX, command, environment


class WithoutABroker(unittest.TestCase):
    def tern(self, *arguments, code):
        ran = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=SECONDS_MAX, env=environment(None),
                             stdin=subprocess.DEVNULL)
        self.assertEqual(ran.returncode, code, ran)
        return ran

    def test_every_command_says_that_there_is_no_broker_and_what_to_do(self):
        for arguments in (("status",), ("queue", "list"), ("queue", "create", "q"), ("queue", "show", "q"), ("queue", "set", "q", "--delay", "1"),
                          ("queue", "send", "q", "x"), ("queue", "receive", "q"), ("queue", "delete", "q", "h"), ("queue", "peek", "q"),
                          ("queue", "purge", "q", "--yes"), ("queue", "redrive", "q"), ("queue", "delete-queue", "q", "--yes"),
                          ("queue", "work", "q", "--exec", "true"), ("queue", "send", "q", "--lines"), ("queue", "tag", "q", "a=b"), ("backup", "/x"),
                          ("stream", "create", "s"), ("stream", "set", "s", "--partitions", "2"), ("stream", "list"), ("stream", "show", "s"),
                          ("stream", "append", "s", "x"), ("stream", "append", "s", "--lines"), ("stream", "append", "s", "x", "--expect-offset", "0"),
                          ("stream", "read", "s"), ("stream", "tail", "s"), ("stream", "tail", "s", "-f"), ("stream", "delete", "s", "--yes"),
                          ("stream", "truncate", "s", "--before", "1", "--yes"), ("group", "list"), ("group", "show", "g"), ("group", "lag"),
                          ("group", "lag", "g"), ("group", "reset", "g", "--stream", "s", "--to", "latest"), ("group", "delete", "g", "--yes")):
            with self.subTest(arguments):
                ran = self.tern(*arguments, code=3)
                self.assertIn("cannot reach the broker at 127.0.0.1:1", ran.stderr)
                self.assertIn("Start it with `ternd`", ran.stderr)

    def test_failures_are_json_for_programs(self):
        ran = self.tern("status", "--json", code=3)
        self.assertEqual(ran.stdout, "")
        self.assertRegex(ran.stderr, r'^\{"error":\{"message":".*","exit_code":3,')

    def test_a_wrong_command_line_is_told_with_exit_code_2(self):
        for arguments in ((), ("queue",), ("nonsense",), ("queue", "receive"), ("queue", "receive", "q", "--max", "0"),
                          ("queue", "receive", "q", "--wait", "soon"), ("queue", "create", "q", "--message-bytes-max", "lots"),
                          ("status", "--server", "host:port:port"), ("queue", "send", "q", "x", "--attribute", "nonsense"),
                          ("queue", "send", "q", "x", "--lines"), ("queue", "work", "q"), ("completion", "tcsh"),
                          ("stream",), ("group",), ("stream", "create", "s", "--partitions", "0"), ("stream", "create", "s", "--retention", "soon"),
                          ("stream", "create", "s", "--retention-bytes", "lots"), ("stream", "create", "s", "--timestamps", "mine"),
                          ("stream", "set", "s"), ("stream", "read", "s", "--from", "soon"), ("stream", "read", "s", "--to", "-5"),
                          ("stream", "read", "s", "--max", "0"), ("stream", "tail", "s", "-n", "-1"), ("stream", "append", "s", "x", "--lines"),
                          ("stream", "append", "s", "x", "--compression", "rar"), ("stream", "append", "s", "x", "--key-field", "k"),
                          ("stream", "append", "s", "--lines", "--key-separator", "ab"), ("stream", "append", "s", "--lines", "--expect-offset", "1"),
                          ("stream", "append", "s", "x", "--header", "=v"), ("stream", "truncate", "s"),
                          ("stream", "truncate", "s", "--before", "1", "--before-time", "-1h"), ("stream", "truncate", "s", "--before-time", "1"),
                          ("group", "reset", "g"), ("group", "reset", "g", "--stream", "s"),
                          ("group", "reset", "g", "--stream", "s", "--to", "latest", "--shift", "1")):
            with self.subTest(arguments):
                self.assertTrue(self.tern(*arguments, code=2).stderr)

    def test_help_and_version_need_no_broker(self):
        self.assertRegex(self.tern("--version", code=0).stdout, r"^tern \d+\.\d+\.\d+\n$")
        self.assertIn("--dead-letter", self.tern("queue", "create", "--help", code=0).stdout)

    def test_completion_scripts_know_every_command_and_are_valid(self):
        for shell in ("bash", "zsh", "fish"):
            script = self.tern("completion", shell, code=0).stdout
            for word in ("receive", "redrive", "backup", "visibility-timeout", "append", "truncate", "reset", "retention-bytes", "stream", "group", "topic", "subscription", "durable"):
                self.assertIn(word, script)
        script = self.tern("completion", "bash", code=0).stdout
        completed = subprocess.run(["bash", "-c", script + '\nCOMP_WORDS=(tern queue rec); COMP_CWORD=2; _tern; echo "${COMPREPLY[@]}"'
                                    '\nCOMP_WORDS=(tern queue send q --bo); COMP_CWORD=4; _tern; echo "${COMPREPLY[@]}"'
                                    '\nCOMP_WORDS=(tern stream tr); COMP_CWORD=2; _tern; echo "${COMPREPLY[@]}"'
                                    '\nCOMP_WORDS=(tern group reset g --dr); COMP_CWORD=4; _tern; echo "${COMPREPLY[@]}"'
                                    '\nCOMP_WORDS=(tern topic subscription re); COMP_CWORD=3; _tern; echo "${COMPREPLY[@]}"'
                                    '\nCOMP_WORDS=(tern topic subscription add t q --pat); COMP_CWORD=6; _tern; echo "${COMPREPLY[@]}"'],
                                   capture_output=True, text=True)
        self.assertEqual((completed.stdout, completed.stderr), ("receive\n--body-field\ntruncate\n--dry-run\nremove\n--pattern\n", ""))


class Failures(BrokerTest):
    def test_a_queue_that_is_not_there_is_told_with_the_way_on(self):
        ran = self.tern("queue", "send", "no-such-queue", "x", code=1)
        self.assertIn("no-such-queue", ran.err)
        self.assertIn("tern queue create no-such-queue", ran.err)
        self.assertIn('"name":"queue_does_not_exist"', self.tern("queue", "show", "no-such-queue", "--json", code=1).err)

    def test_completion_knows_the_names_of_queues_streams_groups_and_topics(self):
        self.tern("queue", "create", "orders-to-send")
        self.tern("stream", "create", "orders-sent")
        self.tern("group", "reset", "orders-reader", "--stream", "orders-sent", "--to", "earliest")
        self.tern("topic", "create", "orders-news")
        script = self.tern("completion", "bash").out
        words = ("topic publish orders", "queue send orders", "stream read orders", "group show orders", "group reset g --stream orders")
        typed = "".join(f"\nCOMP_WORDS=(tern {line}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _tern; echo \"${{COMPREPLY[@]}}\"" for line in words)
        where = environment(self.broker) | {"PATH": f"{os.path.dirname(os.path.abspath(broker.TERN))}:{os.environ['PATH']}"}
        completed = subprocess.run(["bash", "-c", script + typed], capture_output=True, text=True, env=where)
        self.assertEqual((completed.stdout.split(), completed.stderr), (["orders-news", "orders-to-send", "orders-sent", "orders-reader", "orders-sent"], ""))

    def test_a_stream_that_is_not_there_is_told_with_the_way_on(self):
        for arguments in (("append", "no-such-stream", "x"), ("append", "no-such-stream", "--lines"), ("read", "no-such-stream"),
                          ("tail", "no-such-stream"), ("show", "no-such-stream"), ("append", "no-such-stream", "x", "--expect-offset", "0")):
            with self.subTest(arguments):
                ran = self.tern("stream", *arguments, code=1)
                self.assertIn("no-such-stream", ran.err)
                self.assertIn("tern stream create no-such-stream", ran.err)
        self.assertIn('"name":"stream_does_not_exist"', self.tern("stream", "show", "no-such-stream", "--json", code=1).err)
        self.assertIn("tern group list", self.tern("group", "show", "no-such-group", code=1).err)

    def test_after_a_lost_connection_it_is_told_exactly_where_to_go_on(self):
        self.tern("queue", "create", self.queue)
        total = 40_000
        lines = "".join(f"{number}\n" for number in range(1, total + 1)).encode()
        half = lines.index(b"\n20000\n") + 1
        with self.start_tern("queue", "send", self.queue, "--lines", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE) as sending:
            sending.stdin.write(lines[:half])
            sending.stdin.flush()
            self.wait_until(lambda: self.counts()[0] > 0, "some are there")
            self.broker.kill()
            _, err = sending.communicate(lines[half:])
        self.broker.start()
        self.assertEqual(sending.returncode, 3, err)
        stored = int(re.search(rb"Surely stored: ([\d,]+) messages", err).group(1).replace(b",", b""))
        self.assertGreaterEqual(self.counts()[0], stored)
        line = int(re.search(rb"--from-line (\d+)", err).group(1))

        self.tern("queue", "send", self.queue, "--lines", "--from-line", line, input=lines)

        bodies = self.tern("queue", "receive", self.queue, "--max", "100000", "--raw", "--delete").out.split()
        self.assertEqual(set(map(int, bodies)), set(range(1, total + 1)))

    def test_with_retry_a_killed_broker_is_waited_for_and_nothing_is_lost(self):
        self.tern("queue", "create", self.queue)
        total = 40_000
        lines = "".join(f"{number}\n" for number in range(total)).encode()
        with self.start_tern("queue", "send", self.queue, "--lines", "--retry", "60s", "--json", stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE) as sending:
            half = lines.index(b"\n20000\n") + 1
            sending.stdin.write(lines[:half])
            sending.stdin.flush()
            self.wait_until(lambda: self.counts()[0] > 0, "some are there")
            self.broker.kill()
            self.broker.start()
            sending.communicate(lines[half:])
        self.assertEqual(sending.returncode, 0)
        bodies = self.tern("queue", "receive", self.queue, "--max", "100000", "--raw", "--delete").out.split()
        self.assertEqual(set(map(int, bodies)), set(range(total)))


class OnATerminal(BrokerTest):
    def on_terminal(self, *arguments, typed=b"", variables=None):
        """What is shown on a terminal of 80 columns, with the exit code."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(broker.TERN, command(*arguments), environment(self.broker) | {"TERM": "xterm"} | (variables or {}))
        os.write(terminal, typed)
        shown = b""
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
        return shown.decode(), os.waitstatus_to_exitcode(status)

    def test_colours_are_for_terminals_that_want_them(self):
        self.assertIn("\x1b[", self.on_terminal("status")[0])
        self.assertNotIn("\x1b[", self.on_terminal("status", variables={"NO_COLOR": "1"})[0])
        self.assertNotIn("\x1b[", self.tern("status").out)

    def test_what_cannot_be_undone_is_asked_for(self):
        self.tern("queue", "create", self.queue)
        self.tern("queue", "send", self.queue, "x")
        shown, code = self.on_terminal("queue", "purge", self.queue, typed=b"n\n")
        self.assertIn("[y/N]", shown)
        self.assertEqual((code, self.counts()), (1, (1, 0, 0)))
        self.assertEqual(self.on_terminal("queue", "purge", self.queue, typed=b"y\n")[1], 0)
        self.assertEqual(self.counts(), (0, 0, 0))

    def test_a_body_cannot_play_tricks_with_the_terminal(self):
        self.tern("queue", "create", self.queue)
        self.tern("queue", "send", self.queue, input=b"\t\x09tab and \xc2\x9b31m")
        shown, _ = self.on_terminal("queue", "peek", self.queue)
        self.assertIn("\\x9b31m", shown)
        self.assertNotIn("\x9b", shown)

    def test_without_a_body_on_a_terminal_nothing_is_waited_for(self):
        shown, code = self.on_terminal("queue", "send", "q")
        self.assertEqual(code, 2)
        self.assertIn("--file", shown)
