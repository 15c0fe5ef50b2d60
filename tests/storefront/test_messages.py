"""The Chinese of the pages is complete."""

import re

from babel.messages.catalog import Message

from supermarket.messages import catalogue_extract, catalogue_read

PLACES = re.compile(r"%\(\w+\)[sd]")


def texts(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple) else [message.string or ""]


def test_every_text_is_translated() -> None:
    assert [message.id for message in catalogue_extract() if message.id and not all(texts(message))] == []


def test_no_translation_is_marked_as_a_guess_or_left_over() -> None:
    known = {(message.context, str(message.id)) for message in catalogue_read() if message.id}
    wanted = {(message.context, str(message.id)) for message in catalogue_extract() if message.id}
    assert known == wanted
    assert [message.id for message in catalogue_read() if message.id and message.fuzzy] == []


def test_a_translation_fills_in_the_same_values() -> None:
    for message in catalogue_read():
        if message.id:
            source = message.id[0] if isinstance(message.id, tuple) else message.id
            for text in texts(message):
                assert set(PLACES.findall(text)) == set(PLACES.findall(source)), source
