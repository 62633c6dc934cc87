"""Runs the real `tern` against the real `ternd`: python3 end_to_end --ternd PATH --tern PATH [test ...]"""

import argparse
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import broker  # noqa: E402

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--ternd", required=True)
parser.add_argument("--tern", required=True)
parser.add_argument("tests", nargs="*", default=["test_queues", "test_messages", "test_work", "test_streams", "test_records",
                                                        "test_groups", "test_topics", "test_failures"])
options = parser.parse_args()
broker.TERND, broker.TERN = options.ternd, options.tern
unittest.main(module=None, argv=[sys.argv[0], *options.tests], verbosity=1)
