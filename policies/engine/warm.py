"""Compile the kernels once, so that no match has to: `python -m policies.engine.warm`.

The cache lies beside the source, or in NUMBA_CACHE_DIR where the source cannot be written.
"""

from __future__ import annotations


def main() -> None:
    from policies.engine import kernels  # noqa: F401


if __name__ == "__main__":
    main()
