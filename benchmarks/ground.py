"""Runs one benchmark on the database of this process and prints its rows as JSON lines; started by __main__."""

import argparse
import json
import os
import sys


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("database")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--begin", action="store_true", help="only what the benchmark begins with")
    wish = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "cosmolocal.config.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils.module_loading import import_string

    from benchmarks.catalogue import BENCHMARKS
    from benchmarks.harness import Ground

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    [benchmark] = [b for b in BENCHMARKS if b.name == wish.name]
    ground = Ground(wish.database, wish.quick)
    if wish.begin:
        import_string(benchmark.begins)(ground)
        sys.exit(0)
    for row in import_string(benchmark.run)(ground):
        print(json.dumps(row.as_json()), flush=True)
    sys.exit(0)


if __name__ == "__main__":
    main()
