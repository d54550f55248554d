"""Pictures that cost far more than their size says."""

import io

from PIL import Image


def many_scans(more: int, side: int = 8000) -> bytes:
    """A progressive JPEG of one grey, whose last scan of some hundred bytes follows `more` times again."""
    stream = io.BytesIO()
    Image.new("L", (side, side), 128).save(stream, "JPEG", progressive=True)
    data = stream.getvalue()
    last = data.rfind(b"\xff\xc4", 0, data.rfind(b"\xff\xda"))  # with the table that stands before it
    return data[:-2] + data[last:-2] * more + data[-2:]
