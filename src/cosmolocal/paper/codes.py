"""How a text becomes a QR code for a page, a PDF or a printer."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

BORDER = 2


def _modules_path(text: str) -> tuple[str, int]:
    """The dark modules as one SVG path, one unit a module, and the side with the quiet zone."""
    import segno  # noqa: PLC0415 - 2 MB that few pages need

    code = segno.make(text, error="m", micro=False)
    parts = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                parts.append(f"M{start + BORDER} {y + BORDER}h{x - start}v1h-{x - start}z")
            else:
                x += 1
    return "".join(parts), len(code.matrix) + 2 * BORDER


def qr_svg(text: str, *, label: str) -> SafeString:
    """Inline SVG for a template: class `qr`, no styles; `label` is what a screen reader says."""
    path, side = _modules_path(text)
    return format_html(
        '<svg class="qr" viewBox="0 0 {side} {side}" role="img" aria-label="{label}"'
        ' shape-rendering="crispEdges">'
        '<rect width="{side}" height="{side}" fill="#fff"/><path d="{path}" fill="#000"/></svg>',
        side=side,
        label=label,
        path=mark_safe(path),  # noqa: S308  digits and path letters only
    )


def qr_svg_file(text: str) -> str:
    """A whole SVG document, as the PDF templates place it."""
    path, side = _modules_path(text)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"><path d="{path}" fill="#1e2b24"/></svg>'
    )
