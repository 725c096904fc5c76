"""What the pages at the door share: those for people who are not signed in, or not yet."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from photosync.web.page import Crumb, Words, render_page
from photosync.web.views.settings import settings_crumbs
from photosync.web.workplace import workplace_of


class AtTheDoor:
    """A class-based view whose page has the door around it; `title` is its title."""

    request: HttpRequest
    template_name: str
    title: Words = ""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        return render_page(
            self.request, self.template_name, context, title=self.title, status=kwargs.get("status", 200)
        )


class OfYourAccount:
    """A class-based view whose page belongs to Settings > Your account."""

    request: HttpRequest
    template_name: str
    title: Words = ""

    def render_to_response(self, context: dict[str, Any], **_kwargs: Any) -> HttpResponse:
        from django.urls import reverse
        from django.utils.translation import gettext as _

        return render_page(
            self.request,
            self.template_name,
            context,
            title=self.title,
            workspace="settings",
            crumbs=settings_crumbs(Crumb(_("Your account"), reverse("your-account")), Crumb(self.title)),
            workplace=workplace_of(self.request),
        )


def refusal(request: HttpRequest, message: str, *, title: Words, status: int) -> HttpResponse:
    """Return the page that says why one is not signed in, with the way back."""
    return render_page(request, "web/not_signed_in.html", {"refusal": message}, title=title, status=status)
