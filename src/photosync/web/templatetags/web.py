"""Small pieces of markup that many pages share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from photosync.apps.accounts.models import Role
from photosync.apps.people.wording import level_words
from photosync.core.wording import date_words, time_words
from photosync.web.badge import Badge
from photosync.web.faces_wall import Face
from photosync.web.photo_history import VersionShown
from photosync.web.short_dates import short_date

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    sprite = static("web/icons.svg")
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name)


@register.simple_tag
def badge(shown: Badge) -> SafeString:
    """Return a state as colour, icon and word."""
    return format_html('<span class="badge is-{}">{}{}</span>', shown.kind, icon(shown.kind), shown.word)


@register.simple_tag
def portrait(face: Face, size: str, which: str = "now") -> SafeString:
    """Return the face in 4:5, or initials on a tint; with a mark where the photo is an earlier year's.

    The name stands beside it, so that the picture itself has no words. `which` is now, or an academic year.
    """
    if face.photo_year is None:
        return format_html(
            '<span class="portrait tint-{}" aria-hidden="true">{}</span><span class="visually-hidden">{}</span>',
            face.tint,
            face.initials,
            _("no photo:"),
        )
    picture = _picture(face.person_id, which, size)
    if not face.is_earlier:
        return format_html('<span class="portrait">{}</span>', picture)
    return format_html(
        '<span class="portrait">{}<span class="earlier"><span class="visually-hidden">{}</span>{}</span></span>',
        picture,
        _("photo of"),
        face.photo_year,
    )


@register.simple_tag
def version_picture(person_id: int, version: VersionShown, withdrawn_because: str) -> SafeString:
    if withdrawn_because:
        return format_html('<span class="portrait small tint-0" aria-hidden="true">{}</span>', "\u2013")
    picture = _picture(person_id, f"v{version.version_id}", "thumb")
    return format_html('<span class="portrait small">{}</span>', picture)


@register.simple_tag
def version_shot(person_id: int, version_id: int) -> SafeString:
    """Return the photo that a version is, in 4:5."""
    return format_html('<span class="portrait">{}</span>', _picture(person_id, f"v{version_id}", "card"))


def _picture(person_id: int, which: str, size: str) -> SafeString:
    base = f"/photos/{person_id}/{which}"
    if size == "card":
        return format_html(
            '<img src="{0}/card.jpg" srcset="{0}/card.jpg 384w, {0}/full.jpg 768w" sizes="240px" '
            'width="384" height="480" alt="">',
            base,
        )
    if size == "row":
        return format_html(
            '<img src="{0}/thumb.jpg" width="128" height="160" loading="lazy" decoding="async" alt="">', base
        )
    return format_html(
        '<img src="{0}/thumb.jpg" srcset="{0}/thumb.jpg 128w, {0}/card.jpg 384w" sizes="112px" '
        'width="128" height="160" loading="lazy" decoding="async" alt="">',
        base,
    )


register.filter("level_words", level_words)


@register.filter
def clock(moment: datetime) -> str:
    return time_words(moment)


@register.filter
def day_words(day: date) -> str:
    return date_words(day)


@register.filter
def day_in_words(value: object) -> str:
    """Return the day that a form's field holds in words, or nothing where it holds none."""
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return ""
    return date_words(value) if isinstance(value, date) else ""


@register.filter
def role_label(role: str) -> str:
    return str(Role(role).label)


@register.filter
def at(items: Sequence[object], index: int) -> object:
    return items[index]


@register.filter
def short_day(day: date) -> str:
    return short_date(day)
