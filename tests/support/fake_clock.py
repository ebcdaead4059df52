"""The clock of `wsclient.testing`, under the name that older tests import it by."""

from wsclient.testing import FakeClock

__all__ = ["FakeClock"]
