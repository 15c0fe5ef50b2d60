"""What the conformance mode does not do, it refuses to do."""


class Refused(Exception):  # noqa: N818
    """An expression outside what this mode understands; the message says why."""
