"""Real servers for the tests, on loopback and free ports, stopped when the tests end."""


class ServiceMissing(Exception):
    """A program that the tests need is not on this machine. The message names it and how to get it."""
