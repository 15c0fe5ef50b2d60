"""What can go wrong outside the rules themselves."""

from __future__ import annotations


class EngineError(Exception):
    """Base of all."""


class UnknownPolicyError(EngineError, KeyError):
    """No policy of that code was matched."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return f"there is no policy {self.code!r} in this catalogue"


class DuplicatePolicyError(EngineError, ValueError):
    """Two definitions have one code."""

    def __init__(self, code: str) -> None:
        super().__init__(f"two definitions have the code {code!r}: a catalogue holds one version of each policy")
        self.code = code


class PopulationError(EngineError, ValueError):
    """A table that cannot be read as a population: `column` says where, the message what and what to do."""

    def __init__(self, column: str, problem: str) -> None:
        super().__init__(f"column {column!r}: {problem}")
        self.column = column


class TotalTooLargeError(EngineError, OverflowError):
    """What all get of one policy is beyond 64 bits of fen."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the total of policy {code!r} is beyond 64 bits of fen: check its amount and the facts in it")
        self.code = code


class SpentMatchesError(EngineError):
    """Matches that a later match has gone on from."""

    def __init__(self) -> None:
        super().__init__("these matches were handed to a later match as `previous` and are spent; read that one")
