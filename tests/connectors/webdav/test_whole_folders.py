"""Folders as schools have them: at Apache, and as Nextcloud and others answer."""

import threading
import tracemalloc
from pathlib import Path

import pytest

from photosync.connectors.registry import open_source
from photosync.connectors.testing.conformance import entries_of
from photosync.core.errors import SourceUnavailable, TryLater
from tests.connectors.webdav.opened import (
    CHANGED,
    GUARD,
    failed,
    file_at,
    folder_at,
    found,
    multistatus,
    options,
    source,
    without_properties,
)
from tests.services.web_server import Reply, made_certificate, web_server

STAMP = "abc.1795898587"


def test_user_and_password_read_what_is_there(server, folder):
    (folder / "a b").mkdir()
    (folder / "a b" / "caf\u00e9 100%.jpg").write_bytes(b"one")
    with open_source("webdav", options(f"{server.address}{folder.name}/"), guard=GUARD) as opened:
        assert set(entries_of(opened)) == {"a b/caf\u00e9 100%.jpg"}
        assert opened.fetch("a b", "caf\u00e9 100%.jpg", limit_bytes=9).content == b"one"


def test_wrong_password_is_told_and_not_shown(server, folder):
    with source(f"{server.address}{folder.name}", password="not this one") as opened:
        with pytest.raises(SourceUnavailable, match="it does not accept this user and password") as raised:
            list(opened.pages())
        assert "not this one" not in raised.value.message


def test_files_that_are_pages_or_empty_themselves_are_read(server, folder):
    (folder / "1.jpg").write_bytes(b"<!DOCTYPE html><title>saved from the web</title>")
    (folder / "2.html").write_bytes(b"<p>no photo")
    (folder / "3.jpg").write_bytes(b"")
    with source(f"{server.address}{folder.name}") as opened:
        for path in sorted(entries_of(opened)):
            assert opened.fetch("", path, limit_bytes=99).content == (folder / path).read_bytes()


def test_folder_that_is_gone_holds_nothing_only_while_the_source_is_there(server, folder):
    (folder / "a").mkdir()
    with source(f"{server.address}{folder.name}") as opened:
        (folder / "a").rmdir()
        assert list(opened.read_folder("a")) == []
        gone = folder.rename(folder.with_name("moved"))
        try:
            with pytest.raises(SourceUnavailable, match="Listing the folder a failed"):
                list(opened.read_folder("a"))
        finally:
            gone.rename(folder)


def test_file_that_the_server_may_not_read_is_listed_and_tried_later(server, folder):
    (folder / "1.jpg").write_bytes(b"one")
    (folder / "2.jpg").write_bytes(b"two")
    (folder / "2.jpg").chmod(0)
    with source(f"{server.address}{folder.name}") as opened:
        assert set(entries_of(opened)) == {"1.jpg", "2.jpg"}
        assert opened.fetch("", "1.jpg", limit_bytes=9).content == b"one"
        with pytest.raises(TryLater, match="this user may not read it"):
            opened.fetch("", "2.jpg", limit_bytes=9)


def test_folder_that_the_server_may_not_read_ends_the_listing(server, folder):
    (folder / "private").mkdir()
    (folder / "private" / "1.jpg").write_bytes(b"one")
    (folder / "private").chmod(0)
    with source(f"{server.address}{folder.name}") as opened, pytest.raises(SourceUnavailable, match="private"):
        list(opened.pages())


def test_link_out_of_the_folder_is_not_followed(server, folder, tmp_path):
    (folder / "1.jpg").write_bytes(b"one")
    (folder / "out").symlink_to("/etc")
    (folder / "out.jpg").symlink_to("/etc/passwd")
    with source(f"{server.address}{folder.name}") as opened:
        assert set(entries_of(opened)) == {"1.jpg"}


def test_what_systems_add_is_left_out(server, folder):
    for path in ("1.jpg", "Thumbs.db", ".DS_Store", "._1.jpg", "__MACOSX/1.jpg", "a/desktop.ini"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(b"")
    with source(f"{server.address}{folder.name}") as opened:
        assert set(entries_of(opened)) == {"1.jpg"}


def test_index_file_is_read_and_not_listed(server, folder):
    (folder / "idlink.txt").write_bytes(b"2082,1.jpg\n")
    (folder / "1.jpg").write_bytes(b"one")
    with source(f"{server.address}{folder.name}", match="index", index="idlink.txt") as opened:
        assert set(entries_of(opened)) == {"1.jpg"}
        assert opened.fetch("", "idlink.txt", limit_bytes=100).content == b"2082,1.jpg\n"


def test_run_without_a_change_reads_no_file():
    answer = multistatus(folder_at("/dav/"), file_at("/dav/1.jpg"))
    with web_server(lambda asked: answer) as web, source(f"{web.address}/dav") as opened:
        known = {(page.folder, page.bucket): page.digest for page in opened.pages()}
        assert [page.entries for page in opened.pages(known)] == [None]
        assert [(asked.method, asked.headers["depth"]) for asked in web.asked] == [("PROPFIND", "1")] * 2


@pytest.mark.parametrize("form", ["{path}", "{address}{path}", "http://127.0.0.1:0{port}{path}"])
def test_addresses_of_any_form_are_understood(form):
    def answer(asked):
        def href(path):
            return form.format(path=path, address=web.address, port=web.port)

        return multistatus(folder_at(href("/d%C3%A1v")), file_at(href("/d%c3%a1v/1%2b1.jpg")))

    with web_server(answer) as web, source(f"{web.address}/d\u00e1v/") as opened:
        assert set(entries_of(opened)) == {"1+1.jpg"}


def test_address_without_a_path_is_in_the_folder():
    answer = multistatus(folder_at("/dav/"), file_at("1.jpg"))
    with web_server(lambda asked: answer) as web, source(f"{web.address}/dav") as opened:
        assert set(entries_of(opened)) == {"1.jpg"}


def test_file_that_alone_has_an_error_is_listed_and_one_that_is_gone_is_not():
    answer = multistatus(
        folder_at("/"), failed("/1.jpg", "403 Forbidden"), failed("/2.jpg", "404 Not Found"), file_at("/3.jpg")
    )
    with web_server(lambda asked: answer) as web, source(web.address) as opened:
        assert [(path, entry.stamp) for path, entry in entries_of(opened).items()] == [
            ("1.jpg", "answered 403"),
            ("3.jpg", STAMP),
        ]


def test_properties_that_come_one_by_one_are_put_together():
    """A folder of which the last part says nothing is still a folder."""

    def one_by_one(href, *properties):
        parts = "".join(
            f"<d:propstat><d:prop>{each}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>"
            for each in properties
        )
        return f"<d:response><d:href>{href}</d:href>{parts}</d:response>"

    modified = f"<d:getlastmodified>{CHANGED}</d:getlastmodified>"
    is_folder = "<d:resourcetype><d:collection/></d:resourcetype>"
    photo = one_by_one("/a/1.jpg", "<d:resourcetype/>", "<d:getetag>abc</d:getetag>", modified)

    def answer(asked):
        if asked.path == "/a/":
            return multistatus(folder_at("/a/"), photo)
        return multistatus(folder_at("/"), one_by_one("/a", is_folder, modified))

    with web_server(answer) as web, source(web.address) as opened:
        assert {path: entry.stamp for path, entry in entries_of(opened).items()} == {"a/1.jpg": STAMP}


def test_what_is_said_of_nothing_is_no_list():
    silent = "<d:response><d:href>/1.jpg</d:href></d:response>"
    with (
        web_server(lambda asked: multistatus(folder_at("/"), silent)) as web,
        source(web.address) as opened,
        pytest.raises(SourceUnavailable, match="it does not speak WebDAV at this address"),
    ):
        list(opened.pages())


def test_names_that_no_file_may_have_are_left_out_and_told():
    answer = multistatus(folder_at("/"), file_at("/a%2Fb.jpg"), folder_at("/%2e%2e/"), file_at("/1.jpg"))
    with web_server(lambda asked: answer) as web, source(web.address) as opened:
        assert set(entries_of(opened)) == {"1.jpg"}
        assert opened.warnings() == [
            "2 names are not possible here (such as .. or a/b). What has them was left out; change it on the server."
        ]


def test_folder_that_goes_while_it_is_listed_holds_nothing():
    def answer(asked):
        return multistatus(folder_at("/"), folder_at("/a/")) if asked.path == "/" else Reply(404)

    with web_server(answer) as web, source(web.address) as opened:
        assert list(opened.pages()) == []


def test_folder_that_goes_with_all_the_others_ends_the_listing():
    """The mount went away meanwhile: nothing was removed."""

    def answer(asked):
        is_first = asked.path == "/" and asked.headers["depth"] == "1"
        return multistatus(folder_at("/"), folder_at("/a/")) if is_first else Reply(404)

    with web_server(answer) as web, source(web.address) as opened:
        with pytest.raises(SourceUnavailable) as raised:
            list(opened.pages())
        assert raised.value.message == (
            f"Listing the folder a failed on the WebDAV server 127.0.0.1 (port {web.port}): there is no such folder. "
            "Nothing was concluded from it, so nothing was changed. Check the address; at Nextcloud it looks like "
            "https://cloud.school.example/remote.php/dav/files/USER/FOLDER."
        )


def test_file_without_properties_is_there():
    """That it has none (404 of the properties) is not that it is gone."""

    def answer(asked):
        if asked.method == "GET":
            return Reply(200, b"one", {"ETag": '"abc"'})
        if asked.headers["depth"] == "0":
            return multistatus(without_properties(asked.path))
        refused = without_properties("/2.jpg", "403 Forbidden")
        return multistatus(folder_at("/"), without_properties("/1.jpg"), refused)

    with web_server(answer) as web, source(web.address) as opened:
        found = {path: entry.stamp for path, entry in entries_of(opened).items()}
        assert found == {"1.jpg": ".", "2.jpg": "answered 403"}
        fetched = opened.fetch("", "1.jpg", limit_bytes=9)
        assert (fetched.content, fetched.stamp) == (b"one", ".")


@pytest.mark.parametrize("size", ["", "<d:getcontentlength>many</d:getcontentlength>"])
def test_nothing_in_place_of_a_file_whose_size_is_not_said_is_tried_later(size):
    """Only a server that says 0 bytes has an empty file."""

    def answer(asked):
        if asked.method == "GET":
            return Reply(200, b"")
        if asked.headers["depth"] == "0":
            return multistatus(found(asked.path, f"<d:resourcetype/>{size}"))
        return multistatus(folder_at("/"), found("/1.jpg", f"<d:resourcetype/>{size}"))

    with web_server(answer) as web, source(web.address) as opened:
        assert [entry.size_bytes for entry in entries_of(opened).values()] == [0]
        with pytest.raises(TryLater, match="it answered with nothing, and not with the file"):
            opened.fetch("", "1.jpg", limit_bytes=9)


def test_folder_within_without_properties_ends_the_listing():
    def answer(asked):
        return multistatus(*([folder_at("/")] if asked.path == "/" else []), without_properties("/a/"))

    with (
        web_server(answer) as web,
        source(web.address) as opened,
        pytest.raises(SourceUnavailable, match=r"Listing the folder a failed .* it says nothing of the folder"),
    ):
        list(opened.pages())


def test_folder_within_that_answers_nothing_ends_the_listing():
    def answer(asked):
        return multistatus(folder_at("/"), folder_at("/a/")) if asked.path == "/" else multistatus()

    with (
        web_server(answer) as web,
        source(web.address) as opened,
        pytest.raises(SourceUnavailable, match="Listing the folder a failed"),
    ):
        list(opened.pages())


def reading(e_tag, *, listed='"abc"'):
    """Return what lists a file with one ETag and gives it with another."""

    def answer(asked):
        if asked.method == "GET":
            return Reply(200, b"one", {"ETag": e_tag, "Last-Modified": CHANGED})
        if asked.headers["depth"] == "0":
            return multistatus(file_at(asked.path, e_tag=listed))
        return multistatus(folder_at("/"), *(file_at(f"/{number}.jpg", e_tag=listed) for number in range(3)))

    return answer


@pytest.mark.parametrize(
    ("e_tag", "asked_for_stamps"),
    [('"abc"', 1), ('W/"abc"', 1), ('"abc-gzip"', 7), ("", 7)],
)
def test_stamp_is_that_of_the_listing_whatever_the_headers_say(e_tag, asked_for_stamps):
    """Where the headers say the same, which the first file shows, no more is asked; else before and after each."""
    with web_server(reading(e_tag)) as web, source(web.address) as opened:
        listed = {entry.stamp for entry in entries_of(opened).values()}
        fetched = {opened.fetch("", f"{number}.jpg", limit_bytes=9).stamp for number in range(3)}
        assert listed == fetched == {STAMP}
        depths = [asked.headers.get("depth") for asked in web.asked if asked.method == "PROPFIND"]
        assert depths.count("0") == asked_for_stamps


class Changing:
    """A server whose files are replaced when a test says so. `suffix` is what its headers add to an ETag."""

    def __init__(self, *, suffix=""):
        self.suffix = suffix
        self.versions = dict.fromkeys(("/0.jpg", "/1.jpg"), "old")
        self.asked = []
        self.after = {}
        """What happens after a request, by its method and its number among those of the method."""

    def replace(self, name):
        return lambda: self.versions.update({f"/{name}": "new"})

    def __call__(self, asked):
        version = self.versions[asked.path]
        self.asked.append(asked.method)
        self.after.pop((asked.method, self.asked.count(asked.method)), lambda: None)()
        if asked.method == "GET":
            headers = {"ETag": f'"{version}{self.suffix}"', "Last-Modified": CHANGED}
            return Reply(200, version.encode(), headers)
        return multistatus(file_at(asked.path, e_tag=f'"{version}"'))


@pytest.mark.parametrize("when", [("PROPFIND", 1), ("GET", 1)], ids=["before the bytes", "after the bytes"])
def test_file_that_is_replaced_while_it_is_read_is_left_though_headers_tell_nothing(when):
    """The stamp of before would be that of the listing, and the bytes those of someone else."""
    server = Changing(suffix="-gzip")
    with web_server(server) as web, source(web.address) as opened:
        opened.fetch("", "0.jpg", limit_bytes=9)
        server.asked.clear()
        server.after[when] = server.replace("1.jpg")
        with pytest.raises(TryLater) as raised:
            opened.fetch("", "1.jpg", limit_bytes=9)
        assert raised.value.message == (
            "1.jpg changed while it was being read. It was left as it is; the next run reads it again."
        )
        fetched = opened.fetch("", "1.jpg", limit_bytes=9)
        assert (fetched.content, fetched.stamp) == (b"new", "new.1795898587")


def test_first_file_that_was_just_replaced_does_not_have_every_other_one_asked_for():
    server = Changing()
    server.after["GET", 1] = server.replace("0.jpg")
    with web_server(server) as web, source(web.address) as opened:
        fetched = opened.fetch("", "0.jpg", limit_bytes=9)
        assert (fetched.content, fetched.stamp) == (b"new", "new.1795898587")
        server.asked.clear()
        assert opened.fetch("", "1.jpg", limit_bytes=9).stamp == "old.1795898587"
        assert server.asked == ["GET"]


def test_file_of_which_headers_tell_does_not_hide_one_of_which_they_do_not():
    """Both are read at once, and what the one showed is known first."""
    is_asked, may_answer = threading.Event(), threading.Event()

    def answer(asked):
        if asked.method == "GET":
            return Reply(
                200, b"one", {"ETag": f'"abc{"-gzip" * (asked.path == "/1.jpg")}"', "Last-Modified": CHANGED}
            )
        if asked.path == "/0.jpg":
            is_asked.set()
            assert may_answer.wait(20)
        return multistatus(file_at(asked.path))

    with web_server(answer) as web, source(web.address, seconds=20) as opened:
        other = threading.Thread(target=lambda: opened.fetch("", "0.jpg", limit_bytes=9))
        other.start()
        assert is_asked.wait(20)
        assert opened.fetch("", "1.jpg", limit_bytes=9).stamp == STAMP
        may_answer.set()
        other.join()
        assert opened.fetch("", "1.jpg", limit_bytes=9).stamp == STAMP


def test_several_files_are_read_at_once():
    together = threading.Barrier(4, timeout=10)

    def answer(asked):
        if asked.method == "GET":
            together.wait()
        return reading('"abc"')(asked)

    with web_server(answer) as web, source(web.address) as opened:
        content = []
        threads = [
            threading.Thread(target=lambda: content.append(opened.fetch("", "1.jpg", limit_bytes=9).content))
            for _ in range(opened.fetches_at_once)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert content == [b"one"] * 4


def test_large_folder_takes_little_memory():
    """A tenth of what its answer would take as a tree."""
    count = 5_000

    def answer(asked):
        def parts():
            yield multistatus().content.removesuffix(b"</d:multistatus>") + folder_at("/").encode()
            for first in range(0, count, 100):
                yield "".join(file_at(f"/{number:06d}.jpg") for number in range(first, first + 100)).encode()
            yield b"</d:multistatus>"

        return Reply(207, parts())

    with web_server(answer) as web, source(web.address, window=200, most_in_a_folder=count) as opened:
        tracemalloc.start()
        try:
            assert sum(page.entry_count for page in opened.pages()) == count
            peak_bytes = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak_bytes < 4_000_000


def test_server_with_a_certificate_of_the_schools_own(tmp_path: Path):
    certificate = made_certificate(tmp_path)
    pem = certificate.read_text()
    ca_pem = pem[pem.index("-----BEGIN CERTIFICATE") :]
    answer = multistatus(folder_at("/"), file_at("/1.jpg"))
    with web_server(lambda asked: answer, certificate=certificate) as web:
        with open_source("webdav", options(web.address, ca_pem=ca_pem), guard=GUARD) as opened:
            assert [page.entry_count for page in opened.pages()] == [1]
        with (
            open_source("webdav", options(web.address), guard=GUARD) as opened,
            pytest.raises(SourceUnavailable, match="its certificate is not to be trusted"),
        ):
            list(opened.pages())
