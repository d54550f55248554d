"""What a person can do with the catalog: goods, prices, lists, terms, and tables that somebody sends in."""

from cosmolocal.catalog.drafts import ItemDraft, ItemPriceDraft, PriceDraft, ProductDraft, ProductFacts
from cosmolocal.catalog.operations.imports import import_rows, make_names
from cosmolocal.catalog.operations.lists import (
    agree_terms,
    chinese_taxes,
    define_category,
    define_measure,
    define_tax_code,
    set_terms,
    standard_categories,
    standard_measures,
    standard_taxes,
)
from cosmolocal.catalog.operations.own_farm import price_words
from cosmolocal.catalog.operations.packs import PackFacts, follow_packs, keep_packs, promise_packs
from cosmolocal.catalog.operations.prices import set_price, set_prices
from cosmolocal.catalog.operations.products import (
    add_item,
    add_product,
    add_products,
    announce_stock,
    change_item,
    change_product,
    retire_item,
    retire_product,
    return_item,
    return_product,
    show_picture,
)
from cosmolocal.catalog.operations.uploads import (
    choose_names,
    drop_upload,
    end_import,
    import_batch,
    keep_check,
    receive_upload,
    start_import,
)

__all__ = [
    "PackFacts",
    "follow_packs",
    "keep_packs",
    "promise_packs",
    "price_words",
    "ItemDraft",
    "PriceDraft",
    "ItemPriceDraft",
    "ProductDraft",
    "ProductFacts",
    "add_item",
    "add_product",
    "add_products",
    "agree_terms",
    "announce_stock",
    "change_item",
    "change_product",
    "chinese_taxes",
    "choose_names",
    "define_category",
    "define_measure",
    "define_tax_code",
    "drop_upload",
    "end_import",
    "import_batch",
    "import_rows",
    "keep_check",
    "make_names",
    "receive_upload",
    "retire_item",
    "retire_product",
    "return_item",
    "return_product",
    "set_price",
    "set_prices",
    "set_terms",
    "show_picture",
    "standard_categories",
    "standard_measures",
    "standard_taxes",
    "start_import",
]
