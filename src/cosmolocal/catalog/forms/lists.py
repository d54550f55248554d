"""What people fill in about terms, kinds of goods, taxes, and lists to take over."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cosmolocal.agents.models import Place
from cosmolocal.agents.queries import producers
from cosmolocal.catalog import rules
from cosmolocal.catalog.intake.names import KINDS, NEW, Names
from cosmolocal.catalog.models import Category, SupplierTerms, TaxCode
from cosmolocal.look.drawings.produce import PRODUCE
from cosmolocal.look.forms import BigChoice, DayField, FileInput, KeyedForm, QuantityField


class TermsForm(KeyedForm):
    """How a producer and the local work together."""

    seller = forms.ChoiceField(
        label=gettext_lazy("Who sells to the members?"),
        widget=BigChoice(
            notes={
                "local": gettext_lazy("We buy the goods and sell them again."),
                "producer": gettext_lazy("She sells; we take a part for our work."),
                "account": gettext_lazy("The goods stay hers until they are sold."),
            }
        ),
        choices=[
            (SupplierTerms.Seller.LOCAL, gettext_lazy("We do")),
            (SupplierTerms.Seller.PRODUCER, gettext_lazy("The producer")),
            (SupplierTerms.Seller.ACCOUNT, gettext_lazy("We do, for her account")),
        ],
    )
    list_is_gross = forms.BooleanField(
        label=gettext_lazy("Her price list holds the tax already"), required=False, initial=True
    )
    loss_after_packing = forms.ChoiceField(
        label=gettext_lazy("Who bears what spoils after packing?"),
        choices=[("local", gettext_lazy("we do")), ("producer", gettext_lazy("the producer"))],
    )
    order_by = forms.ChoiceField(
        label=gettext_lazy("How does she get her orders?"),
        choices=[("mail", gettext_lazy("by mail")), ("call", gettext_lazy("by phone, from the call list"))],
    )
    share_is_public = forms.BooleanField(
        label=gettext_lazy("Everybody may read what she gets of each price"),
        required=False,
        help_text=gettext_lazy("Members may always."),
    )


class CategoryForm(KeyedForm):
    """A kind of goods."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    drawing = forms.ChoiceField(
        label=gettext_lazy("Drawing where there is no photo"), choices=[(kind, kind) for kind in PRODUCE]
    )
    weight = forms.IntegerField(
        label=gettext_lazy("Place in the order"),
        min_value=0,
        max_value=1000,
        initial=50,
        help_text=gettext_lazy("Smaller numbers stand first."),
    )


class TaxForm(KeyedForm):
    """A tax, or a new rate of one that exists."""

    code = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=40,
        help_text=gettext_lazy("As it stands in lists. An existing one gets a new rate from its date on."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("How it works"), choices=TaxCode.Kind.choices)
    rate = QuantityField(label=gettext_lazy("Rate"), unit="%", decimals=2, maximum=rules.WHOLE_BP - 1, required=False)
    since = DayField(label=gettext_lazy("Since"), required=False)
    sentence = forms.CharField(
        label=gettext_lazy("Sentence on papers"),
        max_length=240,
        required=False,
        help_text=gettext_lazy("What the tax office wants to read where goods are exempt."),
    )


class ImportForm(KeyedForm):
    """A list of goods."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=FileInput(attrs={"accept": ".csv,.xlsx,.ods,text/csv"}),
        help_text=gettext_lazy("CSV, xlsx or ods, at most 10 MB and 50,000 rows."),
    )


class NamesForm(KeyedForm):
    """What the unknown names of a file mean."""

    def __init__(self, *args: Any, mapping: Mapping[str, Any], **options: Any) -> None:
        super().__init__(*args, **options)
        self.names: dict[str, tuple[str, str]] = {}
        self.before = Names.from_mapping(mapping)
        for kind in KINDS:
            asked = mapping.get("names", {}).get(kind, [])
            choices = _ours(kind) if asked else []
            for number, name in enumerate(asked):
                field = f"{kind}-{number}"
                self.names[field] = (kind, name)
                self.fields[field] = forms.ChoiceField(
                    label=_LABELS[kind] % {"name": name},
                    choices=choices,
                    required=False,
                    initial=getattr(self.before, kind).get(name, ""),
                )
        self.fields["producer_share"] = QuantityField(
            label=_("What part of a price does the producer get?"),
            unit="%",
            decimals=2,
            maximum=rules.WHOLE_BP,
            initial=self.before.producer_share_bp,
            help_text=_("Used where the file does not say what the producer gets."),
        )

    def decided(self) -> Names:
        """What was decided."""
        names = Names(producer_share_bp=self.cleaned_data["producer_share"])
        for field, (kind, name) in self.names.items():
            if self.cleaned_data[field]:
                getattr(names, kind)[name] = self.cleaned_data[field]
        return names


_LABELS = {
    "producers": gettext_lazy("Producer “%(name)s”"),
    "categories": gettext_lazy("Kind of goods “%(name)s”"),
    "taxes": gettext_lazy("Tax “%(name)s”"),
    "origins": gettext_lazy("Place “%(name)s”"),
}


def _ours(kind: str) -> list[tuple[str, str]]:
    """What a name of a file may mean: one of ours, a new one, or nothing, which leaves its rows out."""
    rows: Mapping[str, Any] = {
        "producers": producers(),
        "categories": Category.objects.order_by("name"),
        "taxes": TaxCode.objects.order_by("name"),
        "origins": Place.objects.filter(is_private=False).order_by("name"),
    }
    new = _("make it new, without tax for now") if kind == "taxes" else _("make it new")
    return [("", _("leave these rows out")), (NEW, new), *((str(row.pk), str(row)) for row in rows[kind])]
