from broker import BrokerTest


class Queues(BrokerTest):
    def test_creating_a_queue_twice_says_created_and_then_exists(self):
        self.assertEqual(self.tern("queue", "create", self.queue).out, f"{self.queue} created\n")
        self.assertEqual(self.tern("queue", "create", self.queue).out, f"{self.queue} exists already\n")
        self.assertEqual(self.tern("queue", "create", self.queue, "--json").json, {"name": self.queue, "created": False})

    def test_a_queue_that_exists_with_other_settings_is_refused_with_the_way_on(self):
        self.tern("queue", "create", self.queue)
        refused = self.tern("queue", "create", self.queue, "--delay", "5m", code=1)
        self.assertIn("tern queue set", refused.err)

    def test_all_settings_arrive_and_are_shown(self):
        dead = self.queue[:60] + "-dead"
        self.tern("queue", "create", dead)
        self.tern("queue", "create", self.queue, "--delay", "1m", "--visibility-timeout", "2h", "--retention", "1d", "--wait",
                  "20", "--message-bytes-max", "256KiB", "--dead-letter", dead, "--receives-max", "5", "--tag", "team=blue")
        shown = self.tern("queue", "show", self.queue, "--json").json
        settings = shown["settings"]
        self.assertEqual(
            [settings[name] for name in ("delay_ms", "visibility_timeout_ms", "retention_ms", "wait_ms", "message_bytes_max",
                                         "dead_letter_queue", "receives_max")],
            [60_000, 7_200_000, 86_400_000, 20_000, 262_144, dead, 5])
        self.assertEqual(shown["tags"], {"team": "blue"})
        self.assertEqual(self.tern("queue", "show", dead, "--json").json["dead_letter_sources"], [self.queue])

        text = self.tern("queue", "show", self.queue).out
        for part in ("2 h", "256 KiB", f"{dead} after 5 receives", "blue"):
            self.assertIn(part, text)
        self.assertIn(self.queue, self.tern("queue", "show", dead).out)

    def test_a_fifo_queue_has_its_own_settings(self):
        name = self.queue[:60] + ".fifo"
        self.tern("queue", "create", name, "--fifo", "--content-deduplication", "--deduplication-scope", "group",
                  "--throughput-limit", "group")
        settings = self.tern("queue", "show", name, "--json").json["settings"]
        self.assertEqual([settings["fifo"], settings["content_deduplication"], settings["deduplication_scope"],
                          settings["throughput_limit"]], [True, True, "group", "group"])
        self.assertIn(".fifo", self.tern("queue", "create", "wrong", "--fifo", code=2).err)

    def test_set_changes_what_is_named_and_keeps_the_rest(self):
        self.tern("queue", "create", self.queue, "--delay", "10")
        self.tern("queue", "set", self.queue, "--visibility-timeout", "5m")
        settings = self.tern("queue", "show", self.queue, "--json").json["settings"]
        self.assertEqual((settings["delay_ms"], settings["visibility_timeout_ms"]), (10_000, 300_000))
        self.assertIn("nothing to set", self.tern("queue", "set", self.queue, code=2).err)

    def test_a_dead_letter_queue_can_be_changed_by_halves_and_taken_away(self):
        dead = self.queue[:60] + "-dead"
        self.tern("queue", "create", dead)
        self.tern("queue", "create", self.queue)
        self.assertIn("--dead-letter", self.tern("queue", "set", self.queue, "--receives-max", "3", code=2).err)
        self.assertIn("--receives-max", self.tern("queue", "set", self.queue, "--dead-letter", dead, code=2).err)
        self.tern("queue", "set", self.queue, "--dead-letter", dead, "--receives-max", "3")
        self.tern("queue", "set", self.queue, "--receives-max", "4")
        settings = self.tern("queue", "show", self.queue, "--json").json["settings"]
        self.assertEqual((settings["dead_letter_queue"], settings["receives_max"]), (dead, 4))
        self.tern("queue", "set", self.queue, "--no-dead-letter")
        self.assertIsNone(self.tern("queue", "show", self.queue, "--json").json["settings"]["dead_letter_queue"])

    def test_tags_are_set_and_removed(self):
        self.tern("queue", "create", self.queue)
        self.tern("queue", "tag", self.queue, "a=1", "b=2")
        tagged = self.tern("queue", "tag", self.queue, "c=x=y", "--remove", "a", "--json").json
        self.assertEqual(tagged["tags"], {"b": "2", "c": "x=y"})
        self.tern("queue", "tag", self.queue, code=2)

    def test_list_shows_the_queues_of_a_prefix(self):
        names = ["page-1", "page-2", "page-3"]
        for name in names:
            self.tern("queue", "create", name)
        listed = self.tern("queue", "list", "page-", "--json").json
        self.assertEqual([(queue["name"], queue["visible"]) for queue in listed], [(name, 0) for name in names])
        self.assertEqual(self.tern("queue", "list", "page-", "--names").out.split(), names)
        self.assertRegex(self.tern("queue", "list", "page-").out, r"Queue +Visible +In flight +Delayed +Oldest\n")
        self.assertEqual(self.tern("queue", "list", "no-such", "--json").json, [])

    def test_namespaces_keep_queues_apart(self):
        self.tern("queue", "create", self.queue, "--namespace", "other")
        self.assertEqual(self.tern("queue", "list", self.queue, "--json").json, [])
        self.assertEqual(len(self.tern("--namespace", "other", "queue", "list", "--json").json), 1)

    def test_purge_and_delete_queue_ask_or_need_yes(self):
        self.tern("queue", "create", self.queue)
        self.tern("queue", "send", self.queue, "a", "b")
        self.assertIn("--yes", self.tern("queue", "purge", self.queue, code=2).err)
        self.assertEqual(self.counts(), (2, 0, 0))
        self.assertIn("2 messages gone", self.tern("queue", "purge", self.queue, "--yes").out)
        self.assertEqual(self.counts(), (0, 0, 0))
        self.tern("queue", "delete-queue", self.queue, code=2)
        self.assertTrue(self.tern("queue", "delete-queue", self.queue, "--yes", "--json").json["deleted"])
        self.tern("queue", "show", self.queue, code=1)

    def test_rates_are_told_when_asked_for(self):
        self.tern("queue", "create", self.queue)
        self.assertEqual(self.tern("queue", "show", self.queue, "--rates", "--json").json["rates"],
                         {"sent_per_s": 0, "received_per_s": 0, "deleted_per_s": 0, "over": "last second"})


class TheBroker(BrokerTest):
    def test_status_tells_the_broker_at_a_glance(self):
        self.tern("queue", "create", self.queue)
        status = self.tern("status", "--json").json
        self.assertEqual(status["storage"], "ok")
        self.assertEqual(status["queues"], len(self.tern("queue", "list", "--json").json))
        self.assertGreaterEqual(status["commits_total"], 1)
        self.assertGreaterEqual(status["connections"], 1)
        text = self.tern("status").out
        for part in ("up ", "storage", "ok", "commands each", "memory"):
            self.assertIn(part, text)

    def test_backup_writes_a_folder_that_check_finds_sound(self):
        self.tern("queue", "create", self.queue)
        self.tern("queue", "send", self.queue, "kept")
        path = f"{self.broker.folder.name}/copy"
        self.assertGreater(self.tern("backup", path, "--json").json["bytes"], 0)
        checked = self.tern("check", path, "--json").json
        self.assertEqual((checked["sound"], checked["damaged"], checked["mismatches"]), (True, [], []))
        self.assertIn("sound", self.tern("check", self.broker.data).out)
        self.assertIn("full path", self.tern("backup", path, code=1).err)

    def test_check_names_what_is_no_data_folder(self):
        self.assertIn("tern:", self.tern("check", "/does/not/exist", code=1).err)
