from django.urls import path

from supermarket.storefront.views import lookup, my, session

urlpatterns = [
    path("", lookup.home, name="home"),
    path("sign-in/", session.SignIn.as_view(), name="sign-in"),
    path("sign-out/", session.SignOut.as_view(), name="sign-out"),
    path("language/", session.language, name="language"),
    path("health/", session.health, name="health"),
    path("my/", my.my, name="my"),
]
