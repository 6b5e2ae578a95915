"""What a cluster answers when it does not do what it was asked."""

from __future__ import annotations

from pulumi_everest.model.findings import EverestError, Finding, finding


class LiveError(EverestError):
    """A cluster cannot be reached, or refuses.

    `reason` and `code` are the API server's, such as ``Invalid`` and 422; empty and 0 where it did not answer.
    """

    def __init__(self, found: Finding, *, reason: str = "", code: int = 0) -> None:
        super().__init__([found])
        self.reason, self.code, self.message = reason, code, found.message

    @classmethod
    def of(cls, kind: str, message: str, *, hint: str | None = None, reason: str = "", code: int = 0) -> LiveError:
        """An error with the finding ``live.<kind>``."""
        return cls(finding(f"live.{kind}", (), message, hint=hint), reason=reason, code=code)
