#!/usr/bin/env python3
"""The check of docs/aws.md's tables must be able to say no: a small source tree, and what is changed in it."""

import pathlib
import subprocess
import sys
import tempfile

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools/aws_table.py"
PAGE = ("**sqs-1.** Names.\n**Here:** names.\n\n**sns-2.** Topics.\n\n"
        "<!-- tables by tools/aws_table.py: begin -->\n<!-- tables by tools/aws_table.py: end -->\nThe end.\n")
TREE = {
    "docs/aws.md": PAGE,
    "broker/frontends/aws/sqs_operations.cpp": '    {"SendMessage", sqs::send_message, &in},\n',
    "broker/frontends/aws/sns_operations.cpp": '    {"GetSMSAttributes", sns::get_sms_attributes,\n     &in},\n',
    "tests/conformance/aws/sqs_a.py": "def send(c):\n    c.call('SendMessage')\ndef sqs_01_names(c):\n    send(c)\n",
    "tests/conformance/aws/sns_a.py": "def sns_02_topics(c):\n    c.get_sms_attributes()\n",
}


def run(root, *arguments):
    return subprocess.run([sys.executable, "-B", str(TOOL), "--root", str(root), *arguments], capture_output=True, text=True)


def tree(root):
    for path, text in TREE.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def written_tables_are_accepted(root):
    assert run(root, "--check").returncode == 1
    assert run(root).returncode == 0 and run(root, "--check").returncode == 0
    page = (root / "docs/aws.md").read_text()
    assert "| SendMessage | tested | `sqs_01_names` |" in page and "| sns-2 | tested | `sns_02_topics` |" in page
    assert "| GetSMSAttributes | tested | `sns_02_topics` |" in page and page.endswith("end -->\nThe end.\n")


def a_test_with_another_name_is_told(root):
    run(root)
    path = root / "tests/conformance/aws/sqs_a.py"
    path.write_text(path.read_text().replace("sqs_01_names", "sqs_01_other"))
    done = run(root, "--check")
    assert done.returncode == 1 and "sqs_01_other" in done.stdout


def an_operation_without_a_test_is_told(root):
    (root / "broker/frontends/aws/sqs_operations.cpp").write_text('    {"PurgeQueue", sqs::purge_queue, &in},\n')
    run(root)
    done = run(root, "--check")
    assert done.returncode == 1 and "| PurgeQueue | not tested |" in done.stdout


def main():
    tests = (written_tables_are_accepted, a_test_with_another_name_is_told, an_operation_without_a_test_is_told)
    failed = 0
    for test in tests:
        with tempfile.TemporaryDirectory() as folder:
            tree(pathlib.Path(folder))
            try:
                test(pathlib.Path(folder))
            except AssertionError as error:
                failed += 1
                print(f"FAILED {test.__name__}: {error}")
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
