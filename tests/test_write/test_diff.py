from sqlgen import write
from sqlgen.model.output import Change


def check(expected: str, *changes: Change) -> None:
    assert write.diff(changes) == expected


def test_nothing() -> None:
    check("")


def test_all_kinds() -> None:
    check(
        """\
--- /dev/null
+++ b/db/a.py
@@ -0,0 +1,2 @@
+one
+two
--- a/db/b.py
+++ b/db/b.py
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
--- a/db/c.py
+++ /dev/null
@@ -1 +0,0 @@
-one
--- /dev/null
+++ b/db/py.typed
""",
        Change("db/a.py", None, "one\ntwo\n"),
        Change("db/b.py", "one\ntwo\nthree\n", "one\nTWO\nthree\n"),
        Change("db/c.py", "one\n", None),
        Change("db/py.typed", None, ""),
    )


def test_no_final_newline_and_other_line_ends() -> None:
    check(
        "--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-a\x0cb\r\n-c\n\\ No newline at end of file\n"
        "+a\x0cb\n+c\n",
        Change("a", "a\x0cb\r\nc", "a\x0cb\nc\n"),
    )
