"""The table of commands."""

import pickle

import pytest

from sqlgen.model.commands import COMMANDS, Columns, Command


def test_a_command_is_found_by_its_name() -> None:
    assert [str(command) for command in Command] == list(COMMANDS)


@pytest.mark.parametrize("command", Command)
def test_caches_keep_the_command_itself(command: Command) -> None:
    assert pickle.loads(pickle.dumps(command)) is command


def test_a_word_stands_for_one_command() -> None:
    words = [word for command in Command for word in command.spec.synonyms]
    assert len({*words, *COMMANDS}) == len(words) + len(COMMANDS)


@pytest.mark.parametrize("command", Command)
def test_rows_that_are_promised_are_returned(command: Command) -> None:
    if command.spec.always_returns_rows:
        assert command.spec.columns is Columns.RETURNED
        assert command.spec.takes_row_class
