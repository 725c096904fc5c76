"""What the articles say is so: every name in bold stands on a page, every link leads somewhere."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import photosync
from photosync.apps.accounts.permissions import Permission
from photosync.apps.help.articles import Article, article_on, articles
from photosync.web.help_markup import address_of, shown_article
from tests.web.access_table import PAGES
from tests.web.conftest import Scene

pytestmark = pytest.mark.once

SOURCE = Path(photosync.__file__).parent
EVERYTHING = frozenset(Permission)
TRANSLATED = re.compile(r"""\{%\s*translate\s+(?:"([^"]*)"|'([^']*)')""")
IN_BLOCK = re.compile(r"\{%\s*blocktranslate[^%]*%\}(.*?)\{%\s*endblocktranslate\s*%\}", re.DOTALL)
BOLD = re.compile(r"\*\*([^*]+)\*\*")
WITHOUT_ARTICLE = {
    "part of a page": {"profile-card", "profile-live", "run-live", "report-job", "reporting-make-live"},
    "file": {
        *("profile-preflight-html", "profile-preflight-pdf"),
        *("run-csv", "photo-list-pdf", "audit-export", "audit-views-export", "help-feedback-csv", "erasures-csv"),
        *("archived-report-pdf", "reporting-archive-zip", "reporting-import-pdf", "reporting-stored-pdf"),
        "photo-original",
    },
    "picture": {
        *("photo", "photo-preview", "review-picture", "archived-report-photo", "report-design-sample"),
        "input-picture",
    },
    "help itself": {"help", "help-article", "help-answer"},
    "for machines": {"healthz", "readyz"},
}


@cache
def words_of_the_product() -> frozenset[str]:
    """Return every text that a template or a module shows as a whole."""
    found: set[str] = set()
    for template in SOURCE.rglob("templates/**/*.html"):
        text = template.read_text(encoding="utf-8")
        found |= {one or other for one, other in TRANSLATED.findall(text)}
        found |= {" ".join(block.split()) for block in IN_BLOCK.findall(text)}
    for module in (path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        found |= {
            each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and isinstance(each.value, str)
        }
    return frozenset(found)


def labels(article: Article) -> set[str]:
    return {" ".join(label.split()) for label in BOLD.findall(article.body)}


@pytest.mark.parametrize("article", articles().values(), ids=lambda each: each.slug)
def test_every_name_in_bold_stands_on_a_page(article: Article) -> None:
    assert sorted(labels(article) - words_of_the_product()) == []


def test_name_that_is_on_no_page_is_noticed() -> None:
    assert {"Synchronise everything", "Scheduled Sync Enabled"} - words_of_the_product() == {"Synchronise everything"}
    assert "Scheduled Sync Enabled" in labels(articles()["enabling-the-photo-sync"])


@pytest.mark.parametrize("article", articles().values(), ids=lambda each: each.slug)
def test_article_is_rendered_safely_with_links_that_lead_somewhere(scene: Scene, article: Article) -> None:
    client = scene.client
    html = shown_article(article, EVERYTHING).html
    links = set(re.findall(r'href="([^"]*)"', html))
    anchors = set(re.findall(r' id="([^"]*)"', html))

    assert (
        re.findall(r"<(?!/?(?:p|h2|h3|ul|ol|li|a|strong|em|code|pre|table|thead|tbody|tr|th|td|blockquote)\b)", html)
        == []
    )
    assert {link for link in links if link.startswith("#")} <= {f"#{anchor}" for anchor in anchors}
    for link in links - {link for link in links if link.startswith("#")}:
        path, _, anchor = link.partition("#")
        response = client.get(path)
        assert (link, response.status_code) in {(link, 200), (link, 403)}
        assert not anchor or f' id="{anchor}"' in response.content.decode()


def test_markup_in_an_article_is_text() -> None:
    hostile = Article("x", "t", "s", "start", 1, (), (), (), "<script>alert(1)</script> **<b>** `<i>`\n\n<img src=x>")

    html = shown_article(hostile, EVERYTHING).html

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html
    assert "<img" not in html


@pytest.mark.parametrize(
    "target",
    ["https://elsewhere.example/", "javascript:alert(1)", "//elsewhere.example", "no-such.md", "page:no-such"],
)
def test_link_to_anywhere_else_is_an_error(target: str) -> None:
    with pytest.raises(ValueError, match=r"leads to no article and no page|There is no page"):
        address_of(target, EVERYTHING)


def test_page_that_the_reader_may_not_open_is_words_only() -> None:
    article = articles()["enabling-the-photo-sync"]

    assert address_of("page:manage-sync", frozenset({Permission.PHOTO_VIEW})) is None
    assert ">Manage Sync</a>" in shown_article(article, EVERYTHING).html
    plain = shown_article(article, frozenset({Permission.PHOTO_VIEW})).html
    assert ">Manage Sync</a>" not in plain
    assert "Manage Sync" in plain


def test_contents_are_shown_where_there_is_much_to_read() -> None:
    long, short = articles()["enabling-the-photo-sync"], articles()["audit"]

    assert [each.anchor for each in shown_article(long, EVERYTHING).contents][:2] == [
        "add-a-timetable-period",
        "one-period-for-several-years",
    ]
    assert shown_article(short, EVERYTHING).contents == ()


def test_every_page_opens_an_article() -> None:
    without = set().union(*WITHOUT_ARTICLE.values())
    shown = {name for name, access in PAGES.items() if access.get}

    assert {name for name in shown if article_on(name) is None} == without


def test_help_is_offered_on_the_page_of_a_person_in_the_lists_and_in_review(scene: Scene) -> None:
    for path, slug in (("/review/", "review"), ("/photos/lists/", "photo-lists"), ("/settings/audit/", "audit")):
        assert f'href="/help/{slug}/"' in scene.client.get(path).content.decode()
