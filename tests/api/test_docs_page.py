"""The schema as a page for people: every operation is on it, and nothing on it needs a script or another host."""

from django.test import Client

from tests.api.test_roles import operations
from tests.web.pages import Markup
from tests.web.test_markup import POLICY


def test_every_operation_is_on_the_page(db: None) -> None:
    answer = Client(headers={"host": "localhost"}).get("/api/v1/docs")
    markup, text = Markup.of(answer), answer.content.decode()

    assert [name for name in operations() if f"{name.split()[0]} /api/v1{name.split()[1]}<" not in text] == []
    assert set(answer.headers["Content-Security-Policy"].split("; ")) >= POLICY
    assert [tag for tag in ("script", "style", "inline-script", "inline-style") if markup.all(tag)] == []
    assert [name for _, given in markup.tags for name in given if name.startswith("on") or name == "style"] == []
    assert len(markup.all("h1")) == 1
    assert "://" not in text
