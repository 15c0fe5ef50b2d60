"""`make demo`: the whole store on one machine, with a synthetic town and a bank of its own."""
