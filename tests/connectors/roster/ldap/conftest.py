"""One OpenLDAP for all tests here, with a certificate of localhost."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import ServiceMissing, slapd
from tests.services.web_server import made_certificate


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of localhost; 127.0.0.1 is not in it."""
    return made_certificate(tmp_path_factory.mktemp("ldap-certificate"), "localhost")


@pytest.fixture(scope="session")
def directory(certificate: Path) -> Iterator[slapd.Slapd]:
    try:
        with slapd.running(certificate=certificate) as server:
            yield server
    except ServiceMissing as missing:
        pytest.skip(str(missing))
