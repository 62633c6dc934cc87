#!/usr/bin/env python3
"""The last line of tools/test is what people and machines go by: these are the ways in which it could lie."""

import contextlib
import io
import json
import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))

import count_tests


def doctest(passed, failed):
    return f"[doctest] test cases: {passed + failed:4} | {passed:4} passed | {failed:4} failed |    0 skipped\n"


def counted(*tests):
    """What is printed last, and the exit code, for tests given as (result, standard output)."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "testlog.json"
        log.write_text("".join(json.dumps({"name": "a test", "result": result, "stdout": output}) + "\n" for result, output in tests))
        return told(log)


def told(log, *reports):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = count_tests.main(log, *reports)
    return printed.getvalue().splitlines()[-1], code


class CountingTests(unittest.TestCase):
    def test_doctest_programs_count_their_cases(self):
        self.assertEqual(counted(("OK", doctest(12, 0)), ("OK", doctest(3, 0))), ("15 passed, 0 failed", 0))

    def test_a_failed_case_counts_once(self):
        self.assertEqual(counted(("FAIL", doctest(4, 1))), ("4 passed, 1 failed", 1))

    def test_colours_do_not_hide_the_count(self):
        self.assertEqual(counted(("OK", "\x1b[0;36m[doctest] \x1b[0mtest cases:  2 | \x1b[0;32m 2 passed\x1b[0m | 0 failed\x1b[0m | 0 skipped\n")),
                         ("2 passed, 0 failed", 0))

    def test_a_crash_before_the_summary_is_a_failure(self):
        self.assertEqual(counted(("FAIL", "Segmentation fault\n"), ("OK", doctest(1, 0))), ("1 passed, 1 failed", 1))

    def test_a_leak_after_a_good_summary_is_a_failure(self):
        self.assertEqual(counted(("FAIL", doctest(5, 0))), ("5 passed, 1 failed", 1))

    def test_a_time_out_is_a_failure(self):
        self.assertEqual(counted(("TIMEOUT", "")), ("0 passed, 1 failed", 1))

    def test_a_plain_program_counts_as_one(self):
        self.assertEqual(counted(("OK", "fine\n"), ("FAIL", "")), ("1 passed, 1 failed", 1))

    def test_a_script_may_count_for_itself(self):
        self.assertEqual(counted(("OK", "1 passed, 0 failed\nmore\n7 passed, 0 failed, 2 skipped\n")), ("7 passed, 0 failed, 2 skipped", 0))

    def test_a_skipped_test_is_neither_passed_nor_failed(self):
        self.assertEqual(counted(("SKIP", ""), ("OK", "")), ("1 passed, 0 failed, 1 skipped", 0))

    def test_nothing_run_is_not_success(self):
        self.assertEqual(counted(), ("0 passed, 0 failed", 1))
        self.assertEqual(told("no-such-log.json"), ("0 passed, 0 failed", 1))

    def test_what_a_sanitizer_found_in_a_process_that_a_test_started_is_a_failure(self):
        with tempfile.TemporaryDirectory() as folder:
            log, reports = pathlib.Path(folder) / "testlog.json", pathlib.Path(folder) / "reports"
            log.write_text(json.dumps({"name": "a test", "result": "OK", "stdout": doctest(3, 0)}) + "\n")
            reports.mkdir()
            self.assertEqual(told(log, reports), ("3 passed, 0 failed", 0))
            (reports / "report.122").write_text("==122==Unable to get registers from thread 121.\n")
            self.assertEqual(told(log, reports), ("3 passed, 0 failed", 0))
            (reports / "report.123").write_text("ERROR: LeakSanitizer: detected memory leaks\n")
            self.assertEqual(told(log, reports), ("3 passed, 1 failed", 1))


if __name__ == "__main__":
    unittest.main()
