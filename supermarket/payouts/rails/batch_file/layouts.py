"""The lines of the batch files. Amounts are whole fen, and each file's first line says so (`unit`)."""

from supermarket.payouts.rails.batch_file.columns import Column, Layout

UNIT = "FEN"
NAME = Column("name", 24)  # of the payment file: 14 digits of date and time, 10 of sequence
END_TO_END_ID = Column("end_to_end_id", 35)
ACCOUNT = Column("account", 34)
HOLDER = Column("holder", 120)
AMOUNT = Column("amount", 18, "number")
REFERENCE = Column("reference", 32)  # the bank's name of the booking
REASON_CODE = Column("reason_code", 4)
REASON = Column("reason", 60)
REMITTANCE = Column("remittance", 60)
COUNT_AND_TOTAL = (Column("count", 8, "number"), Column("total", 18, "number"))

# What we put out.
PAYMENT_HEAD = Layout(
    "P",
    NAME,
    Column("message_id", 35),
    Column("day", 8, "date"),
    ACCOUNT,
    HOLDER,
    Column("bank_code", 12),
    Column("unit", 3),
    *COUNT_AND_TOTAL,
)
PAYMENT_ROW = Layout(
    "D", Column("row", 6, "number"), END_TO_END_ID, ACCOUNT, HOLDER, Column("bank_code", 12), AMOUNT, REMITTANCE
)
# What the bank puts in: a result for every row (R), money that came back (T), a closed day (S).
RESULT_HEAD = Layout("R", NAME, Column("message_id", 35), ACCOUNT, Column("unit", 3), *COUNT_AND_TOTAL)
RESULT_ROW = Layout(
    "D",
    Column("row", 6, "number"),
    END_TO_END_ID,
    AMOUNT,
    Column("result", 1),  # S paid · F not paid · A taken, not carried out yet
    Column("booked_on", 8, "date"),
    REFERENCE,
    REASON_CODE,
    REASON,
)
RETURN_HEAD = Layout("T", NAME, ACCOUNT, Column("unit", 3), *COUNT_AND_TOTAL)
RETURN_ROW = Layout(
    "D",
    Column("row", 6, "number"),
    END_TO_END_ID,
    AMOUNT,
    Column("booked_on", 8, "date"),
    REFERENCE,
    REASON_CODE,
    REASON,
)
STATEMENT_HEAD = Layout(
    "S",
    Column("number", 24),
    Column("day", 8, "date"),
    ACCOUNT,
    Column("unit", 3),
    Column("opening_sign", 1),
    Column("opening", 18, "number"),
    Column("closing_sign", 1),
    Column("closing", 18, "number"),
    *COUNT_AND_TOTAL,
)
STATEMENT_ROW = Layout(
    "D",
    Column("row", 6, "number"),
    Column("kind", 1),  # D left the account · T came back · C arrived
    END_TO_END_ID,
    AMOUNT,
    Column("booked_on", 8, "date"),
    REFERENCE,
    REASON_CODE,
    REASON,
)
