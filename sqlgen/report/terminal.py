"""Diagnostic -> text for people, in the style of rustc."""

from collections.abc import Iterator, Sequence

from ..conninfo.masking import mask_urls
from ..model.diagnostic import Diagnostic, Label, Severity
from .printable import printable, width


def text(diagnostics: Sequence[Diagnostic], color: bool = False) -> str:
    """Return *diagnostics* one after the other, with the lines of the files that they are about.

    Several diagnostics have blank lines between them, and their number at the end. There is no final
    newline. The text is empty without diagnostics.
    """
    blocks = [
        "\n".join(_block(diagnostic, _PAINT[color])) for diagnostic in diagnostics
    ]
    if len(blocks) > 1:
        blocks.append(_count(diagnostics))
    return "\n\n".join(blocks)


_PLAIN = {"error": "", "warning": "", "note": "", "message": "", "frame": "", "end": ""}
_COLORED = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "note": "\x1b[1;32m",
    "message": "\x1b[1m",
    "frame": "\x1b[1;34m",
    "end": "\x1b[0m",
}
_PAINT = {False: _PLAIN, True: _COLORED}


def _block(diagnostic: Diagnostic, paint: dict[str, str]) -> Iterator[str]:
    main = paint[diagnostic.severity]
    frame, strong, end = paint["frame"], paint["message"], paint["end"]
    labels = [diagnostic.label] if diagnostic.label else []
    labels.extend(diagnostic.related)
    gutter = max((len(str(label.span.line)) for label in labels), default=1)
    bar = f"{frame}{' ' * gutter} |{end}"

    head = f"{main}{diagnostic.severity}[{printable(diagnostic.code)}]{end}"
    first, *rest = _lines(diagnostic.message)
    yield f"{head}{strong}: {first}{end}"
    for line in rest:
        yield f"  {strong}{line}{end}"

    for number, label in enumerate(labels):
        # The first place is that of the error; the others explain it.
        is_main = number == 0 and diagnostic.label is not None
        arrow, sign, ink = ("-->", "^", main) if is_main else (":::", "-", frame)
        span = label.span
        if number:
            yield bar
        place = f"{printable(mask_urls(span.source.path))}:{span.line}:{span.column}"
        yield f"{frame}{' ' * gutter}{arrow}{end} {place}"
        if span.source.is_outside:
            # Who wrote the checkout may have linked to a file that nobody else should see.
            if label.text:
                yield f"{bar} {ink}{' '.join(_lines(label.text))}{end}"
            continue
        source, underline = _snippet(label, sign)
        yield bar
        yield f"{frame}{span.line:>{gutter}} |{end} {source}".rstrip()
        yield f"{bar} {ink}{underline}{end}"

    if diagnostic.hint:
        if labels:
            yield bar
        first, *rest = _lines(diagnostic.hint)
        sign = f"{' ' * gutter} {frame}={end} {strong}hint{end}: "
        yield f"{sign}{first}"
        indent = " " * (gutter + len(" = hint: "))
        for line in rest:
            yield f"{indent}{line}"


def _snippet(label: Label, sign: str) -> tuple[str, str]:
    """Return the label's first line, and the underline and text below it."""
    span = label.span
    content = span.source.text
    start = content.rfind("\n", 0, span.start) + 1
    end = content.find("\n", start)
    if end < 0:
        end = len(content)
    line = mask_urls(content[start:end].removesuffix("\r"))
    before = printable(line[: span.start - start])
    under = printable(line[span.start - start : span.end - start])
    below = " " * width(before) + sign * max(width(under), 1)
    return printable(line), f"{below} {' '.join(_lines(label.text))}".rstrip()


def _lines(message: str) -> list[str]:
    """Return the lines of a message; those of PostgreSQL may have several."""
    return [
        printable(line.removesuffix("\r"))
        for line in mask_urls(message).strip("\n").split("\n")
    ]


def _count(diagnostics: Sequence[Diagnostic]) -> str:
    severities = [diagnostic.severity for diagnostic in diagnostics]
    return " and ".join(
        f"{number} {severity}{'s' * (number != 1)}"
        for severity in Severity
        if (number := severities.count(severity))
    )
