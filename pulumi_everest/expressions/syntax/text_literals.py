"""Where a literal text of CEL ends, for what looks through expressions before they are compiled."""

from __future__ import annotations


def end_of_text(text: str, quote: str, at: int, *, raw: bool) -> int | None:
    """The position after the literal that `quote` opened just before `at`; None where it is never closed.

    A backslash takes the next character with it, but not in a `raw` text (``r'...'``).
    """
    while at < len(text):
        if text[at] == "\\" and not raw:
            at += 2
        elif text.startswith(quote, at):
            return at + len(quote)
        else:
            at += 1
    return None
