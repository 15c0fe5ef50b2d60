"""Routes. Who may take which stands in supermarket/access.py."""

from django.urls import include, path

urlpatterns = [
    path("", include("supermarket.storefront.urls")),
    path("desk/", include("supermarket.desk.urls")),
    path("api/", include("supermarket.api.urls")),
]
