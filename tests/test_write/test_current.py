import pytest

from sqlgen import write
from sqlgen.model.output import MARKER, Change

GOOD = f"{MARKER}. Do not edit.\n\n\ndef f(a: int) -> int:\n    return a\n"


@pytest.mark.parametrize(
    "wrong",
    [
        "def f(:\n",
        "def f(a, a):\n    pass\n",
        'TEXT = """\\\n',
        "if True:\npass\n",
    ],
)
def test_what_is_no_python_is_not_written(wrong: str) -> None:
    changes = [Change("g/a.py", None, GOOD), Change("g/b.py", None, GOOD + wrong)]
    with pytest.raises(SyntaxError):
        write.verify(changes)


def test_only_modules_that_are_to_be_written_are_parsed() -> None:
    write.verify(
        [
            Change("g/a.py", "(", GOOD),
            Change("g/b.py", GOOD, None),
            Change("g/py.typed", None, ""),
            Change("g/.sqlgen/schema.json", None, "{"),
        ]
    )
