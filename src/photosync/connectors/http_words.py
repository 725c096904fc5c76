"""What is said of an HTTP server that did not give what was asked for: the reason, and what to do."""

from __future__ import annotations

from photosync.connectors.network import Words
from photosync.outgoing.http import Answer, NoAnswer

AGAIN = "Check that the server is running and can be reached from here, then run again."
LONGEST_TYPE = 100


_BY_STATUS = {
    401: Words(
        "it does not accept the sign-in (401)",
        "Check the token, key or password of the data source; it may have run out or been replaced.",
    ),
    403: Words(
        "whoever signs in with this token or password may not read this (403)",
        "Ask who runs the server to grant reading it, photos included.",
    ),
    404: Words("there is nothing at this address (404)", "Check the base address and the path."),
    407: Words("a proxy on the way asks for a sign-in (407)", "Ask who runs the network to let Photo Sync through."),
    408: Words("it took too long to answer (408)", "Ask for smaller pages, or run again later."),
    410: Words("there is nothing at this address any more (410)", "Check the base address and the path."),
    413: Words("it refused to answer with so much at once (413)", "Ask for smaller pages."),
    504: Words("it took too long to answer (504)", "Ask for smaller pages, or run again later."),
}


def words_for(answer: Answer) -> Words:
    """Return what is said of an answer that is no good one (2xx)."""
    status = answer.status
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status == 429:
        return Words(
            f"it wants fewer requests (429){_when(answer)}",
            "Run again later, and less often; ask who runs the server for a higher limit.",
        )
    if status >= 500:
        return Words(
            f"it has a fault of its own, or is being maintained ({status}){_when(answer)}",
            "Run again later. If it goes on, ask who runs the server.",
        )
    if 300 <= status < 400:
        return Words(
            f"it sends the request on to where it was not followed ({status})", "Check the base address and the path."
        )
    return Words(f"it refused the request ({status})", "Check the path and what is sent with it, such as the paging.")


def words_for_silence(error: NoAnswer) -> Words:
    return Words(error.reason, AGAIN)


def is_good(answer: Answer) -> bool:
    return 200 <= answer.status < 300


def media_type(answer: Answer) -> str:
    """Return for instance "application/json", without what follows it; "" where the server does not say."""
    told: str = answer.headers.get("content-type", "")
    return told.partition(";")[0].strip().lower()[:LONGEST_TYPE]


def is_web_page(answer: Answer) -> bool:
    """Whether it is HTML, which is no data: mostly a page to sign in, or one of a proxy."""
    return media_type(answer) in ("text/html", "application/xhtml+xml") or begins_as_web_page(answer)


def begins_as_web_page(answer: Answer) -> bool:
    """Whether its bytes are HTML, whatever it is called: scripts give photos as text/html too."""
    return answer.content[:200].lstrip().lower().startswith((b"<!doctype html", b"<html"))


def may_be_cut(answer: Answer) -> bool:
    """Whether nothing tells that the answer came whole: it ended where the connection did, and was not packed."""
    told = answer.headers
    is_packed = "gzip" in told.get("content-encoding", "").lower()
    return not ("content-length" in told or "transfer-encoding" in told or is_packed)


_IF_IT_GOES_ON = "The next run reads it again. If it goes on, ask who runs the server."
PAGE_FOR_A_FILE = Words("it answered with a web page, such as one to sign in, and not with the file", _IF_IT_GOES_ON)
NOTHING_FOR_A_FILE = Words("it answered with nothing, and not with the file", _IF_IT_GOES_ON)
WEB_PAGE = Words(
    "it answered with a web page, such as one to sign in, and not with data",
    "Check the base address, the path and how Photo Sync signs in.",
)


def _when(answer: Answer) -> str:
    asked: str = answer.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit() and len(asked) < 9:
        seconds = int(asked)
        return f", in {seconds} seconds" if seconds < 120 else f", in {round(seconds / 60)} minutes"
    return ""
