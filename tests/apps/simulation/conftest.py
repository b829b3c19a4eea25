"""`kangwei simulate` is tested through the command line as well."""

from tests.apps.cli.conftest import kangwei

__all__ = ["kangwei"]
