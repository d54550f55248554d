from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "cosmolocal.practices.shop"
    label = "shop"
