"""photosync report design."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.files import write_whole
from photosync.core.errors import WrongUse

LARGEST_CREST_BYTES = 30_000_000


@click.command("design")
@click.option("--crest", metavar="FILE", type=click.Path(path_type=Path), help="The school's crest, PNG or JPEG.")
@click.option("--no-crest", is_flag=True, help="Print no crest.")
@click.option("--heading", metavar="TEXT", help="Such as: Academic report.")
@click.option("--footer", metavar="TEXT", help="At the foot of each page; the school's name if empty.")
@click.option("--sign", "signatories", metavar="TEXT", multiple=True, help="A line to sign on; at most three.")
@click.option("--no-signatures", is_flag=True, help="No lines to sign on.")
@click.option(
    "-o", "--output", "target", metavar="FILE", type=click.Path(path_type=Path), help="Write a sample here, as PNG."
)
@options.reporting
def command(
    crest: Path | None,
    heading: str | None,
    footer: str | None,
    signatories: tuple[str, ...],
    target: Path | None,
    *,
    no_crest: bool,
    no_signatures: bool,
) -> None:
    """Show or change how the reports look that are made here. What is not given stays.

    Example: photosync report design --crest crest.png --heading "Semester report" --sign Principal
    """
    installation.connect()
    from photosync.apps.reports.design import Design, design_document, design_of, save_design
    from photosync.apps.reports.making import design_picture
    from photosync.apps.schools.queries import academic_year_now

    if (crest and no_crest) or (signatories and no_signatures):
        raise WrongUse("A thing cannot be given and be left out at once. Nothing was changed. Leave one of them out.")
    school = options.school()
    design = design_of(school)
    if no_crest or no_signatures or not (crest is None and heading is None and footer is None and not signatories):
        design = save_design(
            school,
            Design.checked(
                design.heading if heading is None else heading,
                design.footer if footer is None else footer,
                () if no_signatures else signatories or design.signatories,
            ),
            crest=None if crest is None else _content(crest),
            remove_crest=no_crest,
        )
    if target is not None:
        year = academic_year_now(school, options.right_now())
        write_whole(design_picture(school, design, year), target, what="The sample")
    _print(design_document(design), target)


def _print(document: dict[str, Any], target: Path | None) -> None:
    if output.wants_json():
        output.print_json(document)
        return
    facts = document | {
        "signatories": ", ".join(document["signatories"]),
        "crest": "yes" if document["crest"] else "no",
    }
    output.print_facts((name, value) for name, value in facts.items())
    if target is not None:
        output.print_text(f"A sample was written to {target}.")


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_CREST_BYTES + 1)
    except OSError as error:
        raise WrongUse(f"{path} cannot be read ({error.strerror}). Nothing was changed. Name a picture.") from error
