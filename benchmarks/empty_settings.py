"""The settings of a node, with the empty page of empty_urls.py beside its own."""

from cosmolocal.config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.empty_urls"
