"""The base of what the store's apps refuse: a code, its particulars, and a sentence in Chinese and in English."""

from typing import Any, ClassVar


class StoreError(Exception):
    """`message()` is what is shown, and what a refused claim keeps as its reason."""

    code: ClassVar[str]
    zh: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, **particulars: Any) -> None:
        self.particulars = particulars
        super().__init__(self.en.format(**particulars))

    def message(self) -> dict[str, str]:
        return {"zh": self.zh.format(**self.particulars), "en": self.en.format(**self.particulars)}
