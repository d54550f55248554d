"""Addresses of the catalog, and who may come in; the operations decide about each deed again."""

from django.urls import path

from cosmolocal.catalog.views import goods, imports, lists, packs

app_name = "catalog"
urlpatterns = [
    path("", goods.products, name="products"),
    path("products/add/", goods.add_product, name="add_product"),
    path("products/<int:pk>/", goods.product, name="product"),
    path("products/<int:pk>/edit/", goods.edit_product, name="edit_product"),
    path("products/<int:pk>/photo/", goods.photo, name="photo"),
    path("products/<int:pk>/photo/remove/", goods.remove_photo, name="remove_photo"),
    path("products/<int:pk>/rest/", goods.rest, name="rest"),
    path("products/<int:pk>/packs/add/", packs.add_item, name="add_item"),
    path("packs/<int:pk>/", packs.edit_item, name="edit_item"),
    path("packs/<int:pk>/price/", packs.set_price, name="set_price"),
    path("packs/<int:pk>/rest/", packs.rest_item, name="rest_item"),
    path("packs/<int:pk>/return/", packs.return_item, name="return_item"),
    path("farm/", goods.farm, name="farm"),
    path("farm/stock/", goods.announce_stock, name="announce_stock"),
    path("lists/", lists.lists, name="lists"),
    path("lists/kinds/add/", lists.category, name="add_category"),
    path("lists/kinds/<int:pk>/", lists.category, name="category"),
    path("lists/taxes/add/", lists.tax, name="tax"),
    path("terms/", lists.all_terms, name="terms"),
    path("terms/<int:pk>/", lists.terms, name="terms_of"),
    path("import/", imports.uploads, name="uploads"),
    path("import/<int:pk>/", imports.upload, name="upload"),
    path("import/<int:pk>/names/", imports.names, name="names"),
    path("import/<int:pk>/start/", imports.start, name="start_import"),
    path("import/<int:pk>/drop/", imports.drop, name="drop_upload"),
]
