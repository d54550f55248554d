"""Who may see a kept picture, and how it is sent."""

from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from cosmolocal.kernel.access import open_to
from cosmolocal.paper.models import Picture, picture_path

YEAR = 365 * 24 * 60 * 60


@open_to("anyone")
@require_safe
def picture(request: HttpRequest, pk: str, size: str) -> FileResponse:
    """One picture file. Public pictures for anybody, others for who is signed in and has the address from a page that
    shows it; otherwise 404.
    """
    found = get_object_or_404(Picture, pk=pk)
    mark = request.GET.get("mark", "")
    if not (found.public or (request.user.is_authenticated and constant_time_compare(mark, found.mark))):
        raise Http404
    try:
        file = picture_path(found.digest, size).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type="image/webp")
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    # The address of a picture never shows other content, so a browser need not ask again.
    scope = "public" if found.public else "private"
    response["Cache-Control"] = f"{scope}, max-age={YEAR}, immutable"
    return response
