"""What people fill in about the catalog."""

from cosmolocal.catalog.forms.goods import DescribeForm, ItemForm, NewProductForm, PhotoForm, PriceForm, ProductForm
from cosmolocal.catalog.forms.lists import CategoryForm, ImportForm, NamesForm, TaxForm, TermsForm

__all__ = [
    "CategoryForm",
    "DescribeForm",
    "ImportForm",
    "ItemForm",
    "NamesForm",
    "NewProductForm",
    "PhotoForm",
    "PriceForm",
    "ProductForm",
    "TaxForm",
    "TermsForm",
]
