import pytest

from tests.services import samba as servers


@pytest.fixture(scope="session", autouse=True)
def needs_smbd(smbd):
    """Every test here speaks to a real server, or belongs to those that do."""


@pytest.fixture(scope="session")
def samba():
    with servers.running() as running:
        yield running


@pytest.fixture(scope="session")
def old_samba():
    """A server that knows no encryption, as an older network disk."""
    with servers.running(settings={"server max protocol": "SMB2_10"}) as running:
        yield running
