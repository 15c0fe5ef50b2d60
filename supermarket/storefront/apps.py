from django.apps import AppConfig


class StorefrontConfig(AppConfig):
    name = "supermarket.storefront"
    label = "storefront"
