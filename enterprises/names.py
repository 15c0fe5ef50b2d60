"""How names are shown, masked and put in order."""


def sort_key(name: str) -> str:
    """Hex of the GB 18030 bytes: the common characters (level 1 of GB 2312) stand there in the order of their pinyin.

    PostgreSQL without ICU orders by code point, which means nothing to a reader.
    """
    return name[:24].encode("gb18030", errors="replace").hex()[:96]


def name_mask(name: str) -> str:
    """王小明 → 王**: the family name stays."""
    return name[:1] + "*" * max(len(name) - 1, 1) if name else ""


def identity_mask(number: str) -> str:
    """340202199001011237 → 3402*************7: the area and the last character stay."""
    return number[:4] + "*" * (len(number) - 5) + number[-1:] if len(number) > 5 else "*" * len(number)
