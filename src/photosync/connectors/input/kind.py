"""The kind `input`, as `photosync source kinds` describes it."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.connectors.contract import Source
from photosync.connectors.index_option import index_path
from photosync.connectors.input.source import InputSource
from photosync.connectors.registry import ConnectorKind, Guard, Option, match_options
from photosync.core.errors import NotFound, SourceUnavailable


def _open(options: Mapping[str, str], guard: Guard) -> Source:
    if guard.inputs is None:
        raise SourceUnavailable("No school's inputs can be read here. Nothing was changed.")
    index = index_path(options, inside="input")
    try:
        return InputSource(guard.inputs.open(options["input"]), index=index)
    except NotFound as error:
        raise SourceUnavailable(error.message) from error


INPUT = ConnectorKind(
    name="input",
    title="Sync UI input",
    summary="An input of Sync UI: a container of this school that people upload photos into.",
    options=(
        Option("input", "which input: its name, or its number such as #7", required=True),
        *match_options(index="the index file, by its path in the input"),
    ),
    open=_open,
)
