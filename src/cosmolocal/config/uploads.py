"""Large files that a browser sends: on the disk without a name, so that nothing stays where a process is killed."""

import tempfile
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler


class NamelessHandler(TemporaryFileUploadHandler):
    """What is too large for memory: a backup, a list with everybody's bank accounts."""

    file: UploadedFile  # type: ignore[assignment]  # not one with a path

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Opens one; the system frees it with the last process that has it open."""
        FileUploadHandler.new_file(self, *args, **kwargs)
        held = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the request
        self.file = UploadedFile(held, self.file_name, self.content_type, 0, self.charset, self.content_type_extra)

    def upload_interrupted(self) -> None:
        """The browser went away."""
        if getattr(self, "file", None) is not None:
            self.file.close()
