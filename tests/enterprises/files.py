"""Writes small files as departments do."""

import csv
from datetime import date
from pathlib import Path

from enterprises.models import Delivery
from enterprises.services import delivery_load
from enterprises.vocabulary import fact_definitions

KEY = "统一社会信用代码"


def credit_code(number: int, office: str = "340200") -> str:
    """The n-th synthetic credit code of a registration office."""
    from stdnum.cn import uscc

    body = f"91{office}MA{number:07d}"
    return body + uscc.calc_check_digit(body)


def write_csv(path: Path, header: list[str], *rows: list[object], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


class Town:
    """A few enterprises and a folder for deliveries."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = 0

    def deliver(self, source: str, header: list[str], *rows: list[object], as_of: str, **options: object) -> Delivery:
        """Deliver rows under a header of column names or fact codes."""
        self.files += 1
        facts = fact_definitions()
        header = [facts[name].column if name in facts else name for name in header]
        path = write_csv(self.folder / f"{source}-{self.files}.csv", header, *rows)
        return delivery_load(source=source, path=path, as_of=date.fromisoformat(as_of), **options)  # type: ignore[arg-type]

    def register(self, *firms: tuple[str, str, str], as_of: str = "2023-06-01") -> Delivery:
        """Firms as (code, name, registered on)."""
        return self.deliver(
            "business_register",
            [KEY, "企业名称", "成立日期"],
            *(list(firm) for firm in firms),
            as_of=as_of,
        )
