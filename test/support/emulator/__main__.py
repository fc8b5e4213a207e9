"""Runs moto's server with an emulator of CloudFormation, which deploys what this project's stack needs.

    python3 test/support/emulator -H 127.0.0.1 -p 5000

It exits when its standard input is closed, so it never outlives the process that started it.
"""

import os
import sys
import threading

from moto.server import main

from cloudformation import api, control, zones


def exit_with_standard_input():
    def wait():
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    zones.install()
    api.install()
    control.install()
    exit_with_standard_input()
    main(sys.argv[1:])
