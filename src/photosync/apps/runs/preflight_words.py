"""The words of the pre-flight report: what is wrong, and what the photographer does about it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from photosync.core.preflight import Problem

_ADVICE: dict[Problem, Any] = {
    Problem.MISSING: _("The index lists these files, and they are not in the delivery. Send them."),
    Problem.EMPTY: _("These files have no content. Export them again."),
    Problem.NOT_USABLE: _("These files cannot be used as they are; the reason stands beside each."),
    Problem.TOO_SMALL: _("These pictures are too small to be used. Export them larger."),
    Problem.SIDEWAYS: _("These pictures are wider than high, so they may lie on their side. Turn those that do."),
    Problem.SMALL: _("These pictures can be used, and look blurred where they are shown large. Export them larger."),
    Problem.UNMATCHED: _(
        "Nobody to be photographed has this code or name. Correct the file's name or its line in the index."
    ),
    Problem.AMBIGUOUS: _(
        "The code or name fits more than one person, or the index says otherwise than the school. Ask the school who "
        "is meant."
    ),
    Problem.SAME_PICTURE: _("The same picture came under several names. Send each person's own, or leave it out."),
    Problem.TWO_PICTURES: _(
        "Two different pictures came for one person. Say which is right, or send that one alone."
    ),
    Problem.OLD: _("These are pictures of an earlier year. Send those of this year."),
    Problem.NOT_READ: _("These files could not be read the last time. If they open for you, send them again."),
    Problem.NO_FILE: _("No file came for these people. Send those that were photographed."),
}


def heading(problem: Problem, count: int) -> str:
    """Return the title of a group with its count: "3 files are missing"."""
    words = {
        Problem.MISSING: ngettext("%(n)d file is missing", "%(n)d files are missing", count),
        Problem.EMPTY: ngettext("%(n)d file is empty", "%(n)d files are empty", count),
        Problem.NOT_USABLE: ngettext("%(n)d file cannot be used", "%(n)d files cannot be used", count),
        Problem.TOO_SMALL: ngettext("%(n)d picture is too small", "%(n)d pictures are too small", count),
        Problem.SIDEWAYS: ngettext(
            "%(n)d picture may lie on its side", "%(n)d pictures may lie on their side", count
        ),
        Problem.SMALL: ngettext("%(n)d picture is small", "%(n)d pictures are small", count),
        Problem.UNMATCHED: ngettext("%(n)d file is nobody's", "%(n)d files are nobody's", count),
        Problem.AMBIGUOUS: ngettext(
            "It is in doubt whose %(n)d file is", "It is in doubt whose %(n)d files are", count
        ),
        Problem.SAME_PICTURE: ngettext(
            "%(n)d file has the same picture as another", "%(n)d files have the same picture as another", count
        ),
        Problem.TWO_PICTURES: ngettext(
            "%(n)d file is one of several for a person", "%(n)d files are some of several for a person", count
        ),
        Problem.OLD: ngettext("%(n)d picture is of an earlier year", "%(n)d pictures are of an earlier year", count),
        Problem.NOT_READ: ngettext("%(n)d file could not be read", "%(n)d files could not be read", count),
        Problem.NO_FILE: ngettext("%(n)d person has no file", "%(n)d people have no file", count),
    }
    return words[problem] % {"n": count}


def advice(problem: Problem) -> str:
    return str(_ADVICE[problem])
