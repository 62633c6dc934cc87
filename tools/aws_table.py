#!/usr/bin/env python3
"""Which tests stand behind the AWS interface: writes the tables of docs/aws.md, from the tests themselves.

    tools/aws_table.py            writes them into the page
    tools/aws_table.py --check    says whether the page has them as they would be written; exit code 1 if not

An item's tests are the functions named after it, `sqs_22_…` for sqs-22. An operation's tests are those that name it,
as it is called (`SendMessage`) or as boto3 calls its method (`send_message`). The operations are those that the broker
answers and, beside them, those that it says are not there. An item or operation without a test fails the check, too."""

import argparse
import ast
import difflib
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- tables by tools/aws_table.py: begin -->\n", "<!-- tables by tools/aws_table.py: end -->\n"
TESTS_SHOWN_MAX = 3
NOT_TESTED = "not tested"

# What SNS has and this broker has not: registered senders of text messages, which are never sent here.
ABSENT = {"sns": ["CreateSMSSandboxPhoneNumber", "DeleteSMSSandboxPhoneNumber", "GetSMSSandboxAccountStatus",
                  "ListOriginationNumbers", "ListSMSSandboxPhoneNumbers", "VerifySMSSandboxPhoneNumber"]}


def snake(operation):
    """The name of an operation's method in boto3."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", operation).lower()


def names_in(function):
    """All that a function names: attributes, variables, and words in its texts."""
    found = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update(re.findall(r"\w+", node.value))
    return found


def tests_of(service, folder):
    """Test name to what it names, itself or in a function of its file that it calls."""
    found = {}
    for file in sorted(folder.glob(f"{service}_*.py")):
        functions = {node.name: names_in(node) for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)}
        for name in functions:
            if re.match(rf"{service}_(\d\d|wire)_", name):
                found[name] = functions[name].union(*(functions[other] for other in functions[name] & functions.keys()))
    return found


def operations_of(service, root):
    text = (root / f"broker/frontends/aws/{service}_operations.cpp").read_text()
    return sorted(re.findall(rf'^ *{{"(\w+)", {service}::\w+,', text, re.MULTILINE))


def items_of(service, page):
    """The numbers of the page's items."""
    return [int(number) for number in re.findall(rf"^\*\*{service}-(\d+)\.\*\*", page, re.MULTILINE)]


def state_of(tests):
    return "tested" if tests else NOT_TESTED


def shown(names):
    names = sorted(names)
    more = f" and {len(names) - TESTS_SHOWN_MAX} more" if len(names) > TESTS_SHOWN_MAX else ""
    return ", ".join(f"`{name}`" for name in names[:TESTS_SHOWN_MAX]) + more


def operation_table(service, root, tests):
    def row(operation, state):
        calls = [name for name, named in tests.items() if operation in named or snake(operation) in named]
        return f"| {operation} | {state or state_of(calls)} | {shown(calls)} |"

    return ["| operation | state | tests |", "|---|---|---|", *(row(operation, "") for operation in operations_of(service, root)),
            *(row(operation, "not there: `InvalidAction`") for operation in ABSENT.get(service, []))]


def item_table(service, page, tests):
    lines = ["| item | state | tests |", "|---|---|---|"]
    for number in items_of(service, page):
        own = [name for name in tests if name.startswith(f"{service}_{number:02}_")]
        lines.append(f"| {service}-{number} | {state_of(own)} | {', '.join(f'`{name}`' for name in sorted(own))} |")
    return lines


def tables(root, page):
    lines = []
    for service in ("sqs", "sns"):
        tests = tests_of(service, root / "tests/conformance/aws")
        title = service.upper()
        lines += [f"### {title}, operation by operation", "", *operation_table(service, root, tests), "",
                  f"### {title}, item by item", "", *item_table(service, page, tests), ""]
    return "\n".join(lines)


def with_tables(root, page):
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{tables(root, before)}\n{END}{after}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT)
    options = parser.parse_args()
    path = options.root / "docs/aws.md"
    page = path.read_text()
    wanted = with_tables(options.root, page)
    if not options.check:
        path.write_text(wanted)
        return 0
    if page != wanted:
        sys.stdout.writelines(difflib.unified_diff(page.splitlines(True), wanted.splitlines(True), "docs/aws.md", "from the tests", n=0))
        print("docs/aws.md is not what the tests are: run tools/aws_table.py")
    untested = [line for line in wanted.splitlines() if f"| {NOT_TESTED} |" in line]
    print(*untested, sep="\n", end="\n" if untested else "")
    return 1 if page != wanted or untested else 0


if __name__ == "__main__":
    sys.exit(main())
