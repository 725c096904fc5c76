"""What every page has around it: navigation, breadcrumb, school and theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from photosync.apps.accounts.permissions import Permission
from photosync.web.help_address import help_address
from photosync.web.theme import theme_of
from photosync.web.workplace import Workplace

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Workspace:
    """An entry of the navigation. It is shown once a page of that name exists, to those with the permission.

    `short_words` is for the bottom bar of a narrow window: a part of `words`.
    """

    page: str
    words: Words
    icon: str
    needs: Permission | None = None
    short_words: Words = ""


WORKSPACES = (
    Workspace("overview", _("Overview"), "overview"),
    Workspace("administration", _("Administration Workspace"), "administration", Permission.SYNC_VIEW, _("Admin")),
    Workspace("data-management", _("Data Management"), "data", Permission.SYNC_VIEW, _("Data")),
    Workspace("faces", _("Photos"), "photos", Permission.PHOTO_VIEW),
    Workspace("academic-reports", _("Academic Reports"), "reports", short_words=_("Reports")),
    Workspace("settings", _("Settings"), "settings"),
    Workspace("help", _("Help"), "help"),
)


@dataclass(frozen=True, slots=True)
class Crumb:
    words: Words
    url: str = ""


@dataclass(frozen=True, slots=True)
class NavigationItem:
    words: Words
    short_words: Words
    icon: str
    url: str
    is_current: bool


def navigation(current: str, permissions: frozenset[Permission]) -> list[NavigationItem]:
    """Return the workspaces that have a page and are open to these permissions, in their order."""
    items = []
    for workspace in WORKSPACES:
        if workspace.needs is not None and workspace.needs not in permissions:
            continue
        try:
            url = reverse(workspace.page)
        except NoReverseMatch:
            continue
        short = workspace.short_words or workspace.words
        items.append(NavigationItem(workspace.words, short, workspace.icon, url, workspace.page == current))
    return items


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    title: Words,
    workspace: str = "",
    crumbs: Sequence[Crumb] = (),
    workplace: Workplace | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return the page. Nothing that a page shows is kept by a cache or by the browser's history."""
    around = {
        "title": title,
        "navigation": navigation(workspace, workplace.permissions) if workplace is not None else [],
        "crumbs": crumbs,
        "theme": theme_of(request),
        "help_url": help_address(request) if workplace is not None else "",
        "workplace": workplace,
    }
    response = render(request, template, around | dict(context), status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
