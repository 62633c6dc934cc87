#!/usr/bin/python3
"""How a real broker (TERND) delivers to HTTP and HTTPS endpoints of topics. Runs on the Python of the system. Arguments:
names of the tests to run; none: all."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import sns_bench
import sns_endpoints

if __name__ == "__main__":
    sns_bench.run(sns_endpoints, options=sns_endpoints.OPTIONS)
