#!/usr/bin/env python3
"""Start the demonstration: all its own set-up first, then `qianyin demo` with the same arguments.

    python3 scripts/demo.py                  start, print the addresses to open, stop at Ctrl-C
    python3 scripts/demo.py --once --json    do everything in a fresh folder, check it, stop, print one JSON object

Needs Python 3.11 or later and nothing else. It can be called again, and twice at once.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - said clearly, instead of by a syntax error of what comes next
    sys.exit("Qianyin needs Python 3.11 or later. / 需要 Python 3.11 或更新版本。 Here: " + sys.version)

import environment


def main() -> int:  # noqa: RET503 - execve does not return
    """Prepare the environment, then become the demonstration."""
    demo = environment.DEMO
    try:
        environment.say("Qianyin 钤印: preparing (about a minute the first time) / 准备中（首次约一分钟）")
        seconds = environment.prepare(demo)
    except environment.SetupError as error:
        environment.say(str(error))
        return 1
    except KeyboardInterrupt:
        environment.say("\nstopped; the next call starts the preparation again / 已停止")
        return 130
    environment.say(f"Ready after {seconds:.1f} s. / 准备完成，用时 {seconds:.1f} 秒。")
    arguments = [str(demo.program("qianyin")), "demo", *sys.argv[1:]]
    os.execve(arguments[0], arguments, environment.clean_environment(demo))  # noqa: S606 - no shell is meant


if __name__ == "__main__":
    sys.exit(main())
