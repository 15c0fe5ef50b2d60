from django.urls import path

from supermarket.desk.views import home

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
]
