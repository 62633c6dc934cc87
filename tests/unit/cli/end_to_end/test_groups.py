import json
import signal
import subprocess

from broker import BrokerTest, SECONDS_MAX, close


def damage(data_file, key_end):
    """Flips a bit in the value of each row, in old pages too, whose key ends so: it lies just behind the key."""
    content = bytearray(data_file.read_bytes())
    at = content.find(key_end)
    assert at >= 0
    while at >= 0:
        content[at + len(key_end) + 8] ^= 1
        at = content.find(key_end, at + 1)
    data_file.write_bytes(content)


class Groups(BrokerTest):
    def setUp(self):
        super().setUp()
        self.stream, self.group = self.queue, self.queue[:60] + "-group"
        self.tern("stream", "create", self.stream, "--partitions", "2")
        self.tern("stream", "append", self.stream, *"abcdef", "--partition", "0")
        self.tern("stream", "append", self.stream, *"gh", "--partition", "1")

    def reset(self, *options, code=0):
        return self.tern("group", "reset", self.group, "--stream", self.stream, *options, code=code)

    def offsets(self):
        return {row["partition"]: row["offset"] for row in self.tern("group", "lag", self.group, "--json").json}

    def test_a_reset_makes_a_group_with_offsets(self):
        told = self.reset("--to", "earliest", "--json").json
        self.assertEqual(told, [{"stream": self.stream, "partition": 0, "before": None, "after": 0},
                                {"stream": self.stream, "partition": 1, "before": None, "after": 0}])
        shown = self.tern("group", "show", self.group, "--json").json
        self.assertEqual((shown["state"], shown["members"], shown["lag"]), ("empty", [], 8))
        self.assertEqual([row["lag"] for row in shown["offsets"]], [6, 2])
        text = self.tern("group", "show", self.group).out
        self.assertRegex(text, r"lag +8 records\n")
        self.assertRegex(text, r"Stream +Partition +Offset +End +Lag +Committed +Member\n")
        self.assertIn(self.group, self.tern("stream", "show", self.stream).out)
        self.assertEqual(self.tern("stream", "show", self.stream, "--json").json["groups"][0]["lag"], 8)

    def test_a_reset_goes_to_every_kind_of_position(self):
        for to, expected in (("latest", {0: 6, 1: 2}), ("1", {0: 1, 1: 1}), ("-1h", {0: 0, 1: 0}), ("2099-01-01", {0: 6, 1: 2}),
                             ("earliest", {0: 0, 1: 0})):
            with self.subTest(to):
                self.reset("--to", to)
                self.assertEqual(self.offsets(), expected)

    def test_a_shift_moves_from_where_the_group_stands_and_not_out_of_the_partition(self):
        self.reset("--to", "latest")
        self.reset("--shift", "-3")
        self.assertEqual(self.offsets(), {0: 3, 1: 0})
        ran = self.reset("--shift", "2", "--partition", "0")
        self.assertRegex(ran.out, r"Before +After\n")
        self.assertRegex(ran.out, r"3 +→ +5\n")
        self.assertEqual(self.offsets(), {0: 5, 1: 0})
        self.assertIn("do not reach so far", self.reset("--shift", "100").err)
        self.assertEqual(self.offsets(), {0: 6, 1: 2})

    def test_a_dry_run_changes_nothing(self):
        self.reset("--to", "1")
        told = self.reset("--to", "latest", "--dry-run")
        self.assertIn("Nothing was changed", told.err)
        self.assertRegex(told.out, r"1 +→ +6\n")
        self.assertEqual(self.offsets(), {0: 1, 1: 1})

    def test_a_member_that_reads_until_the_end_leaves_by_itself_and_has_committed_all(self):
        ran = self.tern("stream", "tail", self.stream, "--group", self.group, "--raw", "--until-end")
        self.assertEqual(sorted(ran.out.split()), list("abcdefgh"))
        self.assertEqual(self.offsets(), {0: 6, 1: 2})
        self.assertEqual(self.tern("stream", "tail", self.stream, "--group", self.group, "--raw", "--until-end").out, "")
        self.tern("stream", "append", self.stream, "i", "--partition", "1")
        self.assertEqual(self.tern("stream", "tail", self.stream, "--group", self.group, "--raw", "--until-end").out, "i\n")

    def test_a_reset_of_what_is_not_there_is_refused(self):
        self.assertIn("tern stream list", self.tern("group", "reset", self.group, "--stream", "no-such", "--to", "latest", code=1).err)
        self.assertIn("partition", self.reset("--to", "latest", "--partition", "7", code=1).err)

    def test_lag_is_told_for_all_groups_and_for_one(self):
        self.reset("--to", "1")
        rows = [row for row in self.tern("group", "lag", "--json").json if row["group"] == self.group]
        self.assertEqual([(row["stream"], row["partitions"], row["lag"]) for row in rows], [(self.stream, 2, 6)])
        self.assertRegex(self.tern("group", "lag").out, r"Group +Stream +Partitions +Lag +Committed\n")
        self.assertRegex(self.tern("group", "lag", self.group).out, r"Stream +Partition +Offset +End +Lag +Committed\n")

    def test_a_group_of_more_than_one_page_is_shown_whole(self):
        streams = [self.stream[:60] + "-z", self.stream[:60] + "-a"]
        for stream in streams:
            self.tern("stream", "create", stream, "--partitions", "600")
            self.tern("group", "reset", self.group, "--stream", stream, "--to", "latest")
        expected = [(stream, partition) for stream in sorted(streams) for partition in range(600)]
        for rows in (self.tern("group", "lag", self.group, "--json").json, self.tern("group", "show", self.group, "--json").json["offsets"]):
            self.assertEqual([(row["stream"], row["partition"]) for row in rows], expected)
        lags = [row for row in self.tern("group", "lag", "--json").json if row["group"] == self.group]
        self.assertEqual([(row["stream"], row["partitions"]) for row in lags], [(stream, 600) for stream in sorted(streams)])

    def test_a_stream_of_the_most_partitions_is_reset_whole(self):
        stream = self.stream[:60] + "-wide"
        self.tern("stream", "create", stream, "--partitions", "1024")
        told = self.tern("group", "reset", self.group, "--stream", stream, "--to", "latest", "--json").json
        self.assertEqual([row["partition"] for row in told], list(range(1024)))
        rows = self.tern("group", "lag", self.group, "--json").json
        self.assertEqual([(row["stream"], row["partition"]) for row in rows], [(stream, partition) for partition in range(1024)])

    def test_list_shows_the_groups_of_a_prefix(self):
        self.reset("--to", "latest")
        listed = self.tern("group", "list", self.group, "--json").json
        self.assertEqual([(group["name"], group["state"], group["members"]) for group in listed], [(self.group, "empty", 0)])
        self.assertEqual(self.tern("group", "list", self.group, "--names").out.split(), [self.group])
        self.assertRegex(self.tern("group", "list", self.group).out, r"Group +State +Members +Generation +Strategy\n")
        self.assertEqual(self.tern("group", "list", "no-such", "--json").json, [])

    def test_delete_asks_or_needs_yes(self):
        self.reset("--to", "latest")
        self.assertIn("--yes", self.tern("group", "delete", self.group, code=2).err)
        self.assertEqual(self.tern("group", "delete", self.group, "--yes").out, f"{self.group} deleted, 2 committed offsets gone\n")
        self.tern("group", "show", self.group, code=1)


class Members(BrokerTest):
    def setUp(self):
        super().setUp()
        self.stream, self.group = self.queue, self.queue[:60] + "-group"
        self.tern("stream", "create", self.stream, "--partitions", "2")

    def follow(self, *options):
        member = self.start_tern("stream", "tail", self.stream, "--group", self.group, *options, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(close, member)
        return member

    def stop(self, member, code=130):
        member.send_signal(signal.SIGINT)
        out, err = member.communicate(timeout=SECONDS_MAX)
        self.assertEqual(member.returncode, code, err)
        return out

    def append(self, *values, partition=0):
        self.tern("stream", "append", self.stream, *values, "--partition", partition)

    def lag(self):
        """None as long as nothing is committed."""
        rows = self.tern("group", "lag", self.group, "--json").json
        return sum(row["lag"] for row in rows) if rows else None

    def members(self):
        if not self.tern("group", "list", self.group, "--names").out:
            return []
        return self.tern("group", "show", self.group, "--json").json["members"]

    def test_a_member_shows_what_the_group_has_not_seen_and_commits_it(self):
        self.append("a", "b")
        member = self.follow("--raw")
        self.assertEqual([member.stdout.readline(), member.stdout.readline()], [b"a\n", b"b\n"])
        self.append("c", partition=1)
        self.assertEqual(member.stdout.readline(), b"c\n")
        self.wait_until(lambda: self.lag() == 0, "all is committed")
        self.assertEqual(self.stop(member), b"")
        self.append("d")
        member = self.follow("--json")
        self.assertEqual(json.loads(member.stdout.readline())["value"], "d")
        self.stop(member)
        self.assertEqual(self.members(), [])

    def test_members_share_the_partitions_and_are_shown(self):
        first = self.follow("--raw")
        second = self.follow("--raw")
        self.wait_until(lambda: sorted(len(each["partitions"]) for member in self.members() for each in member["assigned"]) == [1, 1],
                        "each has a partition")
        shown = self.tern("group", "show", self.group)
        self.assertRegex(shown.out, r"state +stable\n")
        self.assertRegex(shown.out, r"Member +Client +Age +Partitions\n")
        self.append("to one", partition=0)
        self.append("to the other", partition=1)
        self.assertEqual({first.stdout.readline(), second.stdout.readline()}, {b"to one\n", b"to the other\n"})
        self.stop(first)
        self.stop(second)

    def test_a_group_with_members_is_neither_reset_nor_deleted(self):
        self.append("a")
        member = self.follow("--raw")
        member.stdout.readline()
        refused = self.tern("group", "reset", self.group, "--stream", self.stream, "--to", "earliest", code=1)
        self.assertIn("has 1 member", refused.err)
        self.assertIn(f"tern group show {self.group}", refused.err)
        self.assertIn('"name":"group_not_empty"', self.tern("group", "delete", self.group, "--yes", "--json", code=1).err)
        self.stop(member)
        self.tern("group", "reset", self.group, "--stream", self.stream, "--to", "earliest")

    def test_a_group_can_begin_at_the_end(self):
        self.append("before")
        member = self.follow("--raw", "--start", "latest")
        self.wait_until(lambda: sum(len(each["partitions"]) for one in self.members() for each in one["assigned"]) == 2, "it has its partitions")
        self.wait_until(lambda: self.tern("status", "--json").json["waiting_fetches"] == 1, "it waits for records")
        self.append("after")
        self.assertEqual(member.stdout.readline(), b"after\n")
        self.stop(member)

    def test_what_could_not_be_written_is_not_committed(self):
        self.append("a")
        member = self.follow("--raw")
        member.stdout.readline()
        self.wait_until(lambda: self.lag() == 0, "it is committed")
        member.stdout.close()
        self.append("b")
        self.assertEqual(member.wait(SECONDS_MAX), 1)
        self.assertEqual(member.stderr.read(), b"")
        self.assertEqual((self.lag(), self.members()), (1, []))

    def test_a_member_whose_row_was_damaged_is_named_and_joins_again(self):
        self.append("a")
        follower = self.follow("--raw")
        self.assertEqual(follower.stdout.readline(), b"a\n")
        self.wait_until(lambda: self.lag() == 0, "it is committed")
        before = self.tern("group", "show", self.group, "--json").json
        lost = before["members"][0]["member"]
        self.broker.kill()
        damage(self.broker.data / "tern.mdb", bytes.fromhex(lost))

        told = self.tern("check", self.broker.data, code=1).out
        self.assertRegex(told, rf"group_members: consumer group \d+, member {lost} does not match its checksum\n")
        self.assertIn(f"consumer group {self.group}: the row of member {lost} is damaged\n", told)
        self.broker.start()
        self.append("b")
        self.assertEqual(follower.stdout.readline(), b"b\n")

        self.assertRegex(self.broker.log(), rf"row of a consumer group's member is damaged.*{self.group}.*{lost}")
        after = self.tern("group", "show", self.group, "--json").json
        self.assertNotEqual(after["members"][0]["member"], lost)
        self.assertGreater(after["generation"], before["generation"])
        self.assertTrue(self.tern("check", self.broker.data, "--json").json["sound"])
        self.stop(follower)

    def test_members_go_on_when_the_broker_was_killed(self):
        self.append("a")
        member = self.follow("--raw")
        self.assertEqual(member.stdout.readline(), b"a\n")
        self.broker.kill()
        self.broker.start()
        self.append("b")
        lines = [member.stdout.readline()]
        # What was not committed yet comes twice.
        while lines[-1] == b"a\n":
            lines.append(member.stdout.readline())
        self.assertEqual(lines[-1], b"b\n")
        self.stop(member)
