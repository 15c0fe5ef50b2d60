"""ISO 20022: pain.001.001.09 out; pain.002, camt.052, camt.053, camt.054 and pacs.004 in."""
