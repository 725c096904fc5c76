"""Every kind of source and of roster is explained: a guide, an article, a line in the README, a link on its page."""

import re

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.help.articles import articles
from photosync.connectors import registry
from photosync.connectors.roster import registry as roster_registry
from photosync.web.kind_articles import ROSTER_ARTICLES, SOURCE_ARTICLES, help_link
from tests.docs.documents import documents, text_of
from tests.web.pages import make_school, make_user, signed_in

SOURCES = [kind.name for kind in registry.kinds()]
ROSTERS = [kind.name for kind in roster_registry.kinds()]
LINK = re.compile(r'<p class="help">In Help: (.*?)</p>', re.DOTALL)


def guide_of(kind: str) -> str:
    """Return the guide of a kind of source. It is called like the article, but for the input's."""
    name = "deliver-into-an-input" if kind == "input" else SOURCE_ARTICLES[kind]
    return f"docs/howto/{name}.md"


@pytest.fixture
def client(db: None) -> Client:
    return signed_in(make_user("kim", Role.ADMINISTRATOR, make_school()))


def links(client: Client, path: str, data: dict[str, str]) -> list[str]:
    """Return where the parts of a page lead that begin with "In Help:"."""
    page = client.post(path, data).content.decode()
    return [address for part in LINK.findall(page) for address in re.findall(r'href="([^"]+)"', part)]


def test_tables_know_just_the_kinds_that_there_are() -> None:
    assert sorted(SOURCE_ARTICLES) == sorted(SOURCES)
    assert sorted(ROSTER_ARTICLES) == sorted(ROSTERS)
    assert {each.partition("#")[0] for each in (*SOURCE_ARTICLES.values(), *ROSTER_ARTICLES.values())} <= set(
        articles()
    )


@pytest.mark.parametrize("kind", SOURCES)
def test_source_has_a_guide_that_the_readme_names(kind: str) -> None:
    guide = text_of(guide_of(kind))
    assert re.search(rf"photosync (?:source test|profile add .*--source) {kind}\b", guide)
    assert f"]({guide_of(kind)})" in text_of("README.md")


@pytest.mark.parametrize("kind", ROSTERS)
def test_roster_has_a_guide_that_the_readme_names(kind: str) -> None:
    assert re.search(rf"(?:--kind |^\| `){kind}\b", text_of("docs/howto/rosters.md"), flags=re.MULTILINE)
    assert "](docs/howto/rosters.md)" in text_of("README.md")


def test_readme_names_every_guide() -> None:
    guides = {path.removeprefix("docs/howto/") for path in documents() if path.startswith("docs/howto/")}
    assert guides - set(re.findall(r"\]\(docs/howto/([^)]+)\)", text_of("README.md"))) == set()


@pytest.mark.parametrize("kind", SOURCES)
def test_link_beside_the_data_source_follows_the_choice(client: Client, kind: str) -> None:
    found = links(client, "/administration/timetable-management/manage-sync/new/", {"source_kind": kind})
    files = [] if kind in ("sql", "json_api", "sif_files", "sif_rest") else ["/help/matching/"]
    assert [each for each in found if "deliveries" not in each] == [help_link(SOURCE_ARTICLES[kind]).address, *files]
    assert ("/help/photographers-deliveries/" in found) == bool(files)
    assert client.get(found[0]).status_code == 200


@pytest.mark.parametrize("kind", ROSTERS)
def test_link_beside_the_kind_of_roster_follows_the_choice(client: Client, kind: str) -> None:
    (found,) = links(client, "/data-management/rosters/new/", {"kind": kind})
    path, _, part = found.partition("#")
    assert found == help_link(ROSTER_ARTICLES[kind]).address
    assert f' id="{part}"' in client.get(path).content.decode()
