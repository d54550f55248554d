"""Goods for a demo local and for benchmarks, made through the same operations as real ones."""

from cosmolocal.catalog.demo.builders import PRODUCERS, add_producers, build, large_catalog

__all__ = ["PRODUCERS", "add_producers", "build", "large_catalog"]
