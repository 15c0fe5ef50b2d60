from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerView

from supermarket.api import catalogue, lookup, problems, runs

app_name = "api"
urlpatterns = [
    path("beneficiaries/", lookup.BeneficiaryListApi.as_view(), name="beneficiary-list"),
    path("beneficiaries/<str:code>/shelf/", lookup.BeneficiaryShelfApi.as_view(), name="beneficiary-shelf"),
    path("shelf/", lookup.ShelfEvaluateApi.as_view(), name="shelf-evaluate"),
    path("policies/", catalogue.PolicyListApi.as_view(), name="policy-list"),
    path("policies/<str:code>/", catalogue.PolicyDetailApi.as_view(), name="policy-detail"),
    path("facts/", catalogue.FactListApi.as_view(), name="fact-list"),
    path("runs/<int:run>/report.<str:form>", runs.RunReportApi.as_view(), name="run-report"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:schema"), name="docs"),
    path("redoc/", SpectacularRedocView.as_view(url_name="api:schema"), name="redoc"),
    path("<path:address>", problems.nothing, name="nothing"),
]
