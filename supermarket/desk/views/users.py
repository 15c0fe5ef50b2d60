"""Who may sign in: a list to read."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from supermarket.users.selectors import users_list

PER_PAGE = 100


@require_GET
def users(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")[:100]
    page = Paginator(users_list(query=query), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/users.html", {"page": page, "query": query, "kept": f"q={query}"})
