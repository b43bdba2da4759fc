"""Lets the templates of an environment call gettext."""

from __future__ import annotations

from jinja2 import Environment


def translatable(words: Environment) -> Environment:
    """The environment itself: messages stand in its templates as `_()`, `ngettext()`, `pgettext()` and `{% trans %}`.

    They are said in English, for those who read a page or a file need not be known to us.
    """
    words.add_extension("jinja2.ext.i18n")
    words.policies["ext.i18n.trimmed"] = True
    words.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return words
