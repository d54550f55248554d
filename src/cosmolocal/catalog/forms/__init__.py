"""What people fill in about the catalog."""

from cosmolocal.catalog.forms.goods import (
    DescribeForm,
    ItemForm,
    NewItemForm,
    NewProductForm,
    PhotoForm,
    PriceForm,
    ProductForm,
)
from cosmolocal.catalog.forms.lists import CategoryForm, ImportForm, NamesForm, TaxForm, TermsForm

__all__ = [
    "CategoryForm",
    "DescribeForm",
    "ImportForm",
    "ItemForm",
    "NamesForm",
    "NewItemForm",
    "NewProductForm",
    "PhotoForm",
    "PriceForm",
    "ProductForm",
    "TaxForm",
    "TermsForm",
]
