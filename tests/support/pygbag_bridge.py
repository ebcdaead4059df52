"""Imitates pygbag's bridge.

It knows what crosses between Python and a page there, and how it changes on the way.

pygbag's runtime is on its own server only, so that no test can run it. These are the rules that were observed in it:
only None, bool, int below 2**31, float, str and functions are converted, a str ends at its first NUL, a missing
attribute is None, nothing has `new`, and what JavaScript throws is a plain `Exception`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.fake_browser import JsThrow, js_get

if TYPE_CHECKING:
    from tests.support.fake_browser import FakeBrowser

__all__ = ["PygbagProxy", "pygbag_window"]


class PygbagProxy:
    """An object of JavaScript, as pygbag shows it to Python."""

    def __init__(self, of: object) -> None:
        object.__setattr__(self, "js_object", of)

    def __getattr__(self, name: str) -> Any:
        try:
            return _to_python(js_get(self.js_object, name))
        except AttributeError:
            return None

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self.js_object, name, _from_python(value))

    def __call__(self, *args: object) -> Any:
        try:
            return _to_python(self.js_object(*map(_from_python, args)))
        except JsThrow as thrown:
            raise Exception(str(thrown)) from None  # noqa: TRY002 - as there


def pygbag_window(browser: FakeBrowser) -> Any:
    """Returns `platform.window` of a program in that page."""
    return PygbagProxy(browser)


def _to_python(value: object) -> Any:
    if isinstance(value, str):
        return value.partition("\0")[0]
    if value is None or isinstance(value, bool | int | float):
        return value
    return PygbagProxy(value)


def _from_python(value: object) -> object:
    if isinstance(value, PygbagProxy):
        return value.js_object
    if isinstance(value, str):
        return value.partition("\0")[0]
    if isinstance(value, int):
        assert abs(value) < 2**31, f"{value} does not fit"
        return value
    assert value is None or isinstance(value, float), f"{value!r} does not cross"
    return value
