"""Record -> the keys that its fields have in JSON, in camelCase if the project wants that."""

from collections.abc import Iterable
from dataclasses import replace

from ..model.config import Config, FieldKeys
from ..model.diagnostic import Diagnostic, Label, SqlgenError
from ..model.python import Record
from ..model.source import Span


def with_json_keys(record: Record, config: Config) -> Record:
    """Return a row class with the keys of its fields, if they are others than the fields' names."""
    if config.fields is FieldKeys.SNAKE or not record.style.spec.has_keys:
        return record
    return replace(record, keys=tuple([json_key(f.name) for f in record.fields]))


def check_json_keys(
    records: Iterable[Record], query: str, span: Span, config: Config
) -> None:
    """Raise `SqlgenError` (`json-key-taken`) if two fields of a *query*'s row classes have one key.

    A key that is another field's name counts too, since rows may be made by either.
    """
    for record in records:
        owners: dict[str, str] = {}
        for field, key in zip(
            record.fields, with_json_keys(record, config).keys, strict=False
        ):
            for name in {field.name, key}:
                owner = owners.setdefault(name, field.name)
                if owner != field.name:
                    raise SqlgenError(
                        Diagnostic(
                            code="json-key-taken",
                            message=(
                                f"the fields `{owner}` and `{field.name}` of `{query}` have the same JSON"
                                f" key, `{name}`"
                            ),
                            label=Label(span),
                            hint="rename one of the columns with `AS`",
                        )
                    )


def json_key(field: str) -> str:
    """Return a field's name in camelCase: `born_on` is `bornOn`, and `class_` is `class`."""
    first, *others = [word for word in field.split("_") if word]
    first = first.lower() if first.isupper() else first[:1].lower() + first[1:]
    return first + "".join([word[:1].upper() + word[1:] for word in others])
