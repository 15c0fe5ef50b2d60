"""The population: a columnar snapshot of all beneficiaries, made from deliveries and pinned to them.

`population_as_of` gives one Arrow table for a day and a moment; `Pins` say what it was made of, and
`population_from_pins` makes it again. One delivery's records are one block, kept as an Arrow file under
`settings.POPULATION_DIR` by the hash of what makes it: after a delivery of one source only that one is read. Files hold
no value of a person: those are read from the sealed records each time.
"""

from .blocks import BlockStore, block_store
from .pins import Pins, pins_from_data
from .snapshot import KEY, Snapshot, population_as_of, population_from_pins

__all__ = [
    "KEY",
    "BlockStore",
    "Pins",
    "Snapshot",
    "block_store",
    "pins_from_data",
    "population_as_of",
    "population_from_pins",
]
