from datetime import date

import pytest
from django.test import Client

from supermarket.users.models import Role, User
from supermarket.users.services import user_ensure

PASSWORD = "long-enough-2023"


@pytest.fixture
def editor(db: None, settings: object) -> User:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return user_ensure(username="editor", role=Role.EDITOR, department="芜湖市科学技术局", password=PASSWORD)


def sign_in(client: Client, password: str, **extra: str) -> str:
    response = client.post(
        "/sign-in/", {"username": "editor", "password": password, **extra}, headers={"accept-language": "en"}
    )
    return response["Location"] if response.status_code == 302 else response.content.decode()


def test_an_official_lands_at_the_desk(editor: User, client: Client) -> None:
    assert sign_in(client, PASSWORD) == "/desk/"


def test_a_foreign_address_is_not_followed_after_signing_in(editor: User, client: Client) -> None:
    assert sign_in(client, PASSWORD, next="https://example.org/") == "/desk/"


def test_guessing_is_stopped_even_for_the_right_password(editor: User, client: Client) -> None:
    for _ in range(5):
        assert "correct" in sign_in(client, "wrong")
    assert "Wait 15 minutes" in sign_in(client, PASSWORD)


def test_failures_before_a_success_do_not_add_up(editor: User, client: Client) -> None:
    for _ in range(3):
        for _ in range(4):
            sign_in(client, "wrong")
        assert sign_in(client, PASSWORD) == "/desk/"
        client.post("/sign-out/")


@pytest.mark.django_db
def test_the_language_is_switched_and_kept(client: Client) -> None:
    assert 'lang="zh-Hans"' in client.get("/").content.decode()
    client.post("/language/", {"language": "en", "next": "/"})
    assert '<html lang="en">' in client.get("/").content.decode()


@pytest.mark.django_db
def test_a_day_is_kept_for_the_visit_and_given_up(client: Client, settings: object) -> None:
    settings.AS_OF = date(2023, 6, 15)
    client.get("/?as_of=2022-03-01")
    assert 'value="2022-03-01"' in client.get("/").content.decode()
    client.get("/?as_of=")
    assert 'value="2023-06-15"' in client.get("/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["yesterday", "2023-02-30", "<script>alert(1)</script>", "0001-01-01"])
def test_a_wrong_day_is_said_so_and_changes_nothing(client: Client, settings: object, given: str) -> None:
    settings.AS_OF = date(2023, 6, 15)
    page = client.get("/", {"as_of": given}).content.decode()
    assert 'class="error"' in page
    assert 'value="2023-06-15"' in page
    assert "<script>alert" not in page


@pytest.mark.django_db
def test_a_page_may_load_our_own_files_and_run_nothing_else(client: Client) -> None:
    assert "default-src 'self'" in client.get("/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in client.get("/").headers["Content-Security-Policy"]
