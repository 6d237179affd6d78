import pytest

from sqlgen import write
from sqlgen.model.output import MARKER, GeneratedFile

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
def test_invalid_python_is_not_written(wrong: str) -> None:
    write.verify_syntax(GeneratedFile("g/a.py", GOOD))
    with pytest.raises(SyntaxError):
        write.verify_syntax(GeneratedFile("g/b.py", GOOD + wrong))


@pytest.mark.parametrize("path", ["g/py.typed", "g/.sqlgen/schema.json"])
def test_only_modules_are_parsed(path: str) -> None:
    write.verify_syntax(GeneratedFile(path, "{"))
