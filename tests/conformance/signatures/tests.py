"""Runs the tests of a file: its functions that are named test_…. Prints each, and `N passed, N failed`."""

import contextlib
import traceback


def run_tests(functions, surroundings):
    """`functions` are a module's globals; each test gets what the context manager that `surroundings` makes gives.
    Returns the exit code."""
    passed = failed = 0
    for name, test in list(functions.items()):
        if not name.startswith("test_"):
            continue
        try:
            with surroundings() as given:
                test(given)
            passed += 1
            print(f"ok   {name}")
        except Exception:
            failed += 1
            print(f"FAIL {name}\n{traceback.format_exc()}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def shared(thing):
    """Surroundings that are the same for all tests."""
    return lambda: contextlib.nullcontext(thing)
