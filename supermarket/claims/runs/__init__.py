"""Runs: one no-application policy paid to everybody who is entitled, for one period, without anybody applying.

- `preparing`, `screening`: start, match, screen
- `listing`, `approval`: the list with its totals and hash; decide, approve
- `notice`: public notice, confirmation, what follows when their terms are over
- `releasing`: release, pause, resume, cancel

Each step is one service call, set-based, and can be called again after a crash.
"""
