"""One node of cosmolocal: what a community has, promises, does and decides."""

__version__ = "0.1.0"
