"""What the templates of this plugin call."""


def shout(text: str) -> str:
    """The text in capitals."""
    return text.upper()
