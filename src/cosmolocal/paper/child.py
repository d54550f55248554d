"""What every child process does first (`apart` starts it): takes on its limits, and reads what it is given."""

import resource
import sys

MEGABYTE = 1024 * 1024


def received() -> bytes:
    """Takes on the limits named on the command line and reads the payload."""
    seconds, megabytes, answer_megabytes = (int(argument) for argument in sys.argv[1:4])
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, megabytes * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_FSIZE, (answer_megabytes * MEGABYTE, answer_megabytes * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return sys.stdin.buffer.read()
