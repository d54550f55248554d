"""Opening books in the browser: the file and its day, what the columns mean, yes."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cosmolocal.look.forms import FileInput, KeyedForm
from cosmolocal.money.forms.fields import HappenedField
from cosmolocal.money.opening.columns import FIELDS
from cosmolocal.paper.tables import LARGEST_BYTES

LONGEST_TITLE = 80  # letters of a column's title in a list


class UploadForm(KeyedForm):
    """The file, and the day on which these books begin."""

    file = forms.FileField(
        label=_("File"),
        widget=FileInput(attrs={"accept": ".csv,.xlsx,.ods,.txt"}),
        help_text=_("CSV, xlsx or ods; at most 10 MB."),
    )
    on = HappenedField(
        label=_("First day of these books"),
        help_text=_("The balances of the file are those at the beginning of this day."),
    )

    def content(self) -> tuple[bytes, str]:
        """The bytes and the name."""
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        return file.read(LARGEST_BYTES + 1), (file.name or "")[:200]


class MapForm(KeyedForm):
    """Which column means what; guessed where the title says so."""

    def __init__(self, *args: Any, header: Sequence[str], guessed: dict[str, int], **options: Any) -> None:
        super().__init__(*args, **options)
        columns = [
            ("", "—"),
            *((str(number), title[:LONGEST_TITLE] or f"#{number + 1}") for number, title in enumerate(header)),
        ]
        for field, label in FIELDS.items():
            self.fields[field] = forms.ChoiceField(
                label=str(label), choices=columns, required=False, initial=str(guessed.get(field, ""))
            )

    def mapping(self) -> dict[str, int]:
        """Field -> number of its column."""
        return {field: int(self.cleaned_data[field]) for field in FIELDS if self.cleaned_data.get(field)}


class ConfirmForm(KeyedForm):
    """Yes, take it over; and what becomes of a difference."""

    accept = forms.BooleanField(
        required=False,
        label=_("Book the difference to “Difference at the start”"),
        help_text=_("Only if nobody can find it. It stays visible on every balance sheet."),
    )

    def __init__(self, *args: Any, is_odd: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if is_odd:
            words = _("Look at the amounts named above. If they are right, tick this; if not, send a corrected file.")
            self.fields["right"] = forms.BooleanField(
                label=_("The amounts named above are right"), error_messages={"required": words}
            )
