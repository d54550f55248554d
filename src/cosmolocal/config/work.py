"""The job worker as a process of its own: `python -m cosmolocal.config.work`. Loads no command, to stay small."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cosmolocal.config.settings")


def main() -> None:
    """Works until SIGTERM."""
    django.setup()
    from cosmolocal.kernel import worker  # noqa: PLC0415 - models exist only after setup

    worker.run("worker")


if __name__ == "__main__":
    main()
