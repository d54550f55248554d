"""A page that answers with a file has counted that it is small, or the worker makes it: agents/pages.py."""

import ast

import pytest

from cosmolocal.kernel.tests.stating import stated
from tests.architecture import source

pytestmark = pytest.mark.once

# Files that a page makes itself, whatever is in the books: what bounds them.
SMALL = {
    ("agents/views/joining.py", "poster"): "one page with one code",
    ("money/views/books.py", "sheet"): "one row a group and a fund, never one an account",
    ("paper/views.py", "picture"): "a picture as it lies on the disk",
    ("website/views/errands.py", "file"): "made by the worker, as it lies on the disk",
    ("website/views/health.py", "healthz"): "two letters",
    ("website/views/setup.py", "world_map"): "the outlines of one map",
}
for files in stated("SMALL").values():
    SMALL |= {tuple(place.split(":")): why for place, why in files.items()}
# What makes the bytes of a file, or hands them to a browser.
MAKES = {
    *("csv_bytes", "xlsx_bytes", "table_bytes", "render_pdf", "pain001", "ZipFile", "pdf.render"),
    *("downloads.file", "downloads.table", "downloads.tables", "downloads.table_bytes"),
    *("FileResponse", "StreamingHttpResponse"),
}


def answers_with_a_file(function: source.Function) -> bool:
    for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
        name = ast.unparse(call.func)
        if name in MAKES or name.split(".")[-1] in MAKES:
            return True
        if name == "HttpResponse" and any(word.arg == "content_type" for word in call.keywords):
            return True
    return False


def test_every_page_with_a_file_is_small_or_an_errand() -> None:
    found = {
        (place, function.name)
        for place, path in source.modules()
        if source.is_part(place, "views")
        for function in source.functions(path)
        if answers_with_a_file(function)
    }
    source.complain("Let agents/pages.py:file answer, or say what bounds it", sorted(map(str, found - SMALL.keys())))
    source.complain("No page that makes a file", sorted(map(str, SMALL.keys() - found)))
