"""Messages in the user's language: English in the code, zh_CN from the catalogue.

Chinese is the default; `--lang en` or MEDIAID_LANG=en chooses English.
"""

from __future__ import annotations

import gettext as _gettext
import io
import os
from functools import lru_cache
from typing import Any, Literal

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


def _from_environment() -> Lang:
    return "en" if os.environ.get("MEDIAID_LANG", "zh").lower().startswith("en") else "zh"


_chosen: Lang = _from_environment()


def language() -> Lang:
    """Return the language chosen by `choose`, else by MEDIAID_LANG, else Chinese."""
    return _chosen


def choose(lang: Lang | None) -> None:
    """Set the language of all further messages of this process; None: back to the default."""
    global _chosen  # noqa: PLW0603 - one process, one user, one language
    _chosen = lang or _from_environment()


@lru_cache(maxsize=2)
def _catalogue(lang: Lang) -> _gettext.NullTranslations:
    if lang == "en":
        return _gettext.NullTranslations()
    # The loader also finds it in a zip file, as Spark imports this package on its workers; of such
    # a file it knows only the name it was imported by, so "./" in front is to stay.
    folder = os.path.dirname(__file__)  # noqa: PTH120
    path = os.path.join(folder, "locale", "zh_CN", "LC_MESSAGES", "mediaid.mo")  # noqa: PTH118
    loader: Any = globals()["__loader__"]
    try:
        return _gettext.GNUTranslations(io.BytesIO(loader.get_data(path)))
    except OSError:
        return _gettext.NullTranslations()


@lru_cache(maxsize=4096)
def _message(message: str, lang: Lang) -> str:
    return _catalogue(lang).gettext(message)


def gettext(message: str) -> str:
    """Return the message in the chosen language."""
    return _message(message, _chosen)
