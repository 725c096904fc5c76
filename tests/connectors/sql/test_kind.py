"""The kind `sql`: its options, and what is said of options that do not fit."""

import subprocess
import sys

import pytest

from photosync.connectors.registry import check_options, kind_document, open_source, shipped
from photosync.connectors.sql.source import SqlSource
from photosync.core.errors import Refused, WrongUse
from tests.connectors.sql.schools import guard_of
from tests.services.web_server import made_certificate

PLAIN = {
    "host": "db.school.example",
    "database": "school",
    "username": "photos",
    "students": "SELECT code AS id, changed FROM photo",
    "student_photo": "SELECT photo, changed FROM photo WHERE code = :id",
}


def refused(kind, tmp_path, **changed):
    options = {name: value for name, value in (PLAIN | changed).items() if value}
    with pytest.raises(kind) as caught:
        open_source("sql", options, guard=guard_of(tmp_path))
    return caught.value


def test_opening_connects_to_nothing(tmp_path):
    """The database may be away when the profile is saved."""
    with open_source("sql", PLAIN, guard=guard_of(tmp_path)) as source:
        assert isinstance(source, SqlSource)
        assert source.database.engine.pool.checkedout() == 0


def test_password_is_shown_nowhere(tmp_path):
    options = PLAIN | {"password": "very secret"}
    assert [option["name"] for option in kind_document(shipped().kind("sql"))["options"] if option["secret"]] == [
        "password"
    ]
    with open_source("sql", options, guard=guard_of(tmp_path)) as source:
        assert "very secret" not in repr(source.database.login)
        assert "very secret" not in repr(source.database.engine)


def test_another_server_needs_the_password_again():
    assert [option.name for option in shipped().kind("sql").options if option.leads] == ["host", "port"]


def test_defaults():
    filled = check_options("sql", PLAIN)
    assert {name: filled[name] for name in ("database_type", "encryption", "match", "port", "staff", "path")} == {
        "database_type": "postgresql",
        "encryption": "verified",
        "match": "column",
        "port": "",
        "staff": "",
        "path": "",
    }


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"students": "", "student_photo": ""},
            "There is no query. Nothing was changed. Give the queries students and student_photo, staff and "
            "staff_photo, or all four.",
        ),
        (
            {"student_photo": ""},
            "The query students is given, but the query student_photo is not. Nothing was changed. "
            "Give both: the list "
            "says who has a photo, the other reads one.",
        ),
        (
            {"staff_photo": "SELECT photo, changed FROM photo WHERE code = :id"},
            "The query staff_photo is given, but the query staff is not. Nothing was changed. "
            "Give both: the list says "
            "who has a photo, the other reads one.",
        ),
        (
            {"students": "DELETE FROM photo"},
            "The query students does not begin with SELECT or WITH. Nothing was changed. Photo Sync only reads.",
        ),
        (
            {"student_photo": "SELECT photo, changed FROM photo"},
            "The query student_photo does not say :id. Nothing was changed. Write for example WHERE code = :id.",
        ),
        (
            {"port": "54x"},
            '"54x" is not a port. Nothing was changed. Write a number from 1 to 65535, or leave it empty for 5432.',
        ),
        (
            {"database_type": "oracle"},
            "The option database_type of a source of kind sql cannot be 'oracle'. Nothing was changed; it is one of "
            "postgresql, mysql, sqlserver.",
        ),
        (
            {"ca_pem": "-----BEGIN CERTIFICATE-----\nno\n-----END CERTIFICATE-----"},
            "The certificate of the authority (ca_pem) cannot be read. Nothing was changed. Paste it as text "
            "that begins with -----BEGIN CERTIFICATE-----.",
        ),
        (
            {"database": "a\nb"},
            "The option database has characters that are not text. Nothing was changed; type it in anew.",
        ),
    ],
)
def test_options_that_do_not_fit(tmp_path, changed, message):
    assert refused(WrongUse, tmp_path, **changed).message == message


def test_authority_that_is_pasted(tmp_path):
    text = made_certificate(tmp_path, "localhost").read_text()
    certificate = text[text.index("-----BEGIN CERTIFICATE-----") :].replace("\n", "\r\n")
    open_source("sql", PLAIN | {"ca_pem": certificate}, guard=guard_of(tmp_path)).close()


def test_folder_of_files_outside_the_roots(tmp_path):
    assert refused(Refused, tmp_path, path=str(tmp_path)).message.startswith(
        f"The folder of the photo files {tmp_path} is in or above Photo Sync's own data folder"
    )
    outside = str(tmp_path / "elsewhere")
    assert refused(Refused, tmp_path, path=outside).message == (
        f"The folder of the photo files {outside} is not under an allowed root ({tmp_path / 'roots'}). Nothing was "
        "changed; move it there, or let the operator add its root to PHOTOSYNC_SOURCE_ROOTS."
    )


OPENING = """
import sys
from pathlib import Path
from photosync.connectors.registry import Guard, open_source
from photosync.core.errors import Refused

sys.modules[{missing!r}] = None
try:
    open_source("sql", {options!r}, guard=Guard((), Path("/data")))
except Refused as error:
    print(error.message_with_command)
"""


@pytest.mark.parametrize(
    ("missing", "database"), [("sqlalchemy", "postgresql"), ("pymysql", "mysql"), ("pymssql", "sqlserver")]
)
def test_extra_that_is_not_installed(missing, database):
    code = OPENING.format(missing=missing, options=PLAIN | {"database_type": database})
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said == (
        f"Databases cannot be read by this installation: {missing} is not installed. Nothing was changed. Let the "
        'operator of the server install Photo Sync with the extra sql: pip install "photosync[sql]"\n'
    )


def test_listing_the_kinds_loads_no_database_library():
    code = (
        "import sys; from photosync.connectors.registry import kinds; kinds(); "
        "print([name for name in ('sqlalchemy', 'pymysql', 'pymssql', 'psycopg') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "[]\n"
