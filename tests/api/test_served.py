"""The API through the real server: large bodies, HEAD, and links from outside."""

import json
import socket
import subprocess
import sys

from tests.services.installation import Installation
from tests.web.serving import served

API = "/api/v1"
DATA = ("SYNC: VIEW", "DATA: MANAGE", "PHOTO: VIEW")


def secret_of(installation: Installation) -> str:
    command = [sys.executable, "-m", "photosync", "token", "add", "tests", "--user", "kim", "--json"]
    for scope in DATA:
        command += ["--scope", scope]
    made = subprocess.run(command, env=installation.environment, check=True, capture_output=True)
    return str(json.loads(made.stdout)["secret"])


def roster(people: int) -> bytes:
    lines = ["student code,given name,family name,house"]
    lines += [f"9{number:05},Mia,Moss,{'a house with a long name ' * 2}" for number in range(people)]
    return "\n".join(lines).encode()


def test_large_roster_is_taken_with_a_token_only_and_links_show_photos(installation: Installation) -> None:
    with served(installation) as site:
        ask = site.visitor.ask
        bearer = {"Authorization": f"Bearer {secret_of(installation)}"}
        large = roster(45_000)
        assert len(large) > 2_700_000
        path = f"{API}/people/import?kind=student&preview=true"

        taken = ask("POST", path, large, Content_Type="text/csv", **bearer)
        refused = ask("POST", path, Content_Type="text/csv", Content_Length=str(len(large)))
        elsewhere = ask("POST", f"{API}/periods", Content_Length="99999999", **bearer)
        head = ask("HEAD", f"{API}/people", **bearer)
        link = ask("POST", f"{API}/people/1/photo-link", b"{}", Content_Type="application/json", **bearer)
        url = json.loads(link.body)["url"]
        shown = ask("GET", url.partition(str(site.port))[2])

        assert (taken.status, json.loads(taken.body)["counts"]["new"]) == (200, 45_000)
        for answer in (refused, elsewhere):
            assert (answer.status, answer.headers["content-type"]) == (413, "application/problem+json")
            assert json.loads(answer.body)["detail"] == "What was sent is too large. Nothing was done."
        assert (head.status, head.body) == (200, b"")
        assert head.headers["etag"]
        assert (shown.status, shown.headers["content-type"], shown.body[:2]) == (200, "image/jpeg", b"\xff\xd8")


def test_roster_that_breaks_off_is_not_taken(installation: Installation) -> None:
    """Half a roster would look like a whole one, whose other people have left."""
    with served(installation) as site:
        secret = secret_of(installation)
        told = [broken_off(site.port, secret, number) for number in range(4)]
        bearer = {"Authorization": f"Bearer {secret}"}
        path = f"{API}/people/import?kind=student"
        whole = site.visitor.ask("POST", path, one_student(9), Content_Type="text/csv", **bearer)
        listed = json.loads(site.visitor.ask("GET", f"{API}/people?limit=1000", **bearer).body)["items"]

    assert json.loads(whole.body)["counts"]["new"] == 1
    assert [each["code"] for each in listed if each["code"].startswith("8800")] == ["88009"]
    # Whoever has gone may get no answer.
    assert {json.loads(answer)["status"] for answer in told if answer} <= {400}


def one_student(number: int) -> bytes:
    return f"student code,given name,family name\n8800{number},Mia,Moss\n".encode()


def broken_off(port: int, secret: str, number: int) -> bytes:
    """Send a roster in one of four ways that end too early, and return the body of the answer."""
    content = one_student(number)
    chunk = b"%x\r\n%b\r\n" % (len(content), content)
    length, body = (
        (f"Content-Length: {len(content) + 1}", content),
        ("Transfer-Encoding: chunked", chunk),
        ("Transfer-Encoding: chunked", chunk[:-2]),
        ("Transfer-Encoding: chunked", chunk + b"?\r\n"),
    )[number]
    head = (
        f"POST {API}/people/import?kind=student HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Authorization: Bearer {secret}\r\nContent-Type: text/csv\r\n{length}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(head.encode() + body)
        connection.shutdown(socket.SHUT_WR)
        answer = connection.makefile("rb").read()
    return answer.partition(b"\r\n\r\n")[2]
