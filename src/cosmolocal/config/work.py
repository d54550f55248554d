"""The job worker as a process of its own: `python -m cosmolocal.config.work`. Loads no command, to stay small."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosmolocal.config.settings")
django.setup()

from cosmolocal.kernel import worker  # noqa: E402 - models exist only after setup

if __name__ == "__main__":
    worker.run("worker")
