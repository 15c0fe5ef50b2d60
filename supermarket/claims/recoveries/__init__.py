"""Clawback: opened, noticed, paid back or set off, written off or referred. Every step is posted in the books."""
