"""What is to be refused, and by which code."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cosmolocal.kernel.refusal import Refusal


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[Refusal]]:
    """What stands inside is refused with this code; gives what was raised."""
    with pytest.raises(Refusal) as info:
        yield info
    assert info.value.code == code, str(info.value)
