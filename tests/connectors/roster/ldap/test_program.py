"""A directory on the command line. No server is needed: it is asked for when the roster is tried or read."""

from pathlib import Path

from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program


def test_directory_is_saved_and_its_password_goes_nowhere_else(installation: Installation, tmp_path: Path) -> None:
    program = Program(migrated(installation))
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney")
    secret = tmp_path / "password"
    secret.write_text("very secret")
    place = {
        "host": "127.0.0.1",
        "user": "photosync@school.example",
        "students_base": "OU=Students,DC=school,DC=example",
    }
    words = [word for name, value in place.items() for word in ("--option", f"{name}={value}")]
    password = ("--secret-file", f"password={secret}")
    added = program.ask("roster", "add", "Students", "--kind", "ldap", *words, *password, "--components", "students")
    assert (added["options"], added["secrets"]) == (place, ["password"])

    for moved in ("host=dc2.school.example", "port=389", "encryption=none"):
        refused = program.run("roster", "set", "Students", "--option", moved)
        assert (refused.status, "password" in refused.error, "very secret" in refused.error) == (2, True, False)
    filtered = program.run("roster", "set", "Students", "--option", "students_filter=(cn=a")
    assert filtered.error.startswith(
        "The filter students_filter is not well formed: a closing bracket is missing, at character 6. Nothing was "
        "changed. "
    )
    tried = program.run("roster", "test", "Students")
    assert tried.status != 0
    assert "an address inside this server's own network, so nothing was sent" in tried.error
    again = program.ask("roster", "set", "Students", "--option", "host=dc2.school.example", *password)
    assert again["options"]["host"] == "dc2.school.example"
