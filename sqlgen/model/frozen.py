"""`@frozen`: a frozen dataclass with slots whose class takes a quarter, an instance half of the time.

`@dataclass(frozen=True, slots=True)` generates six methods for each class and compiles them at every
import, and its `__init__` calls `object.__setattr__` for each field. With a hundred classes and ten
thousands of instances that is a tenth of a build. Here only `__init__` is generated, and compiled
when the first instance is made; the other methods are shared.

The result is still a dataclass for `replace`, `fields`, `match`, `pickle` and mypy.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

Class = TypeVar("Class", bound=type)


@overload
def frozen(cls: Class, /) -> Class: ...
@overload
def frozen(*, kw_only: bool) -> Callable[[Class], Class]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type | None = None, /, *, kw_only: bool = False) -> Any:
    """Make a class with annotated fields a frozen dataclass with slots.

    Fields may have defaults, default factories and `repr=False`. Classes must have no base class.
    """
    return _frozen(cls, kw_only) if cls else lambda cls: _frozen(cls, kw_only)


def _frozen(cls: type, kw_only: bool) -> type:
    # Without a text, `dataclass` makes one of the signature, which takes milliseconds.
    cls.__doc__ = cls.__doc__ or cls.__name__
    slotted = dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)
    made: Any = slotted(cls)
    fields_ = fields(made)
    names = [item.name for item in fields_]
    put = [made.__dict__[name].__set__ for name in names]
    values: Any = attrgetter(*names) if names else lambda _: None

    def equal(self: object, other: object) -> Any:
        if self is other:
            return True
        same = other.__class__ is self.__class__
        return values(self) == values(other) if same else NotImplemented

    def state(self: object) -> list[object]:
        return [getattr(self, name) for name in names]

    def restore(self: object, values: list[object]) -> None:
        for set_, value in zip(put, values, strict=True):
            set_(self, value)

    def first(self: object, *arguments: Any, **named: Any) -> None:
        made.__init__ = _init(fields_, put, kw_only)
        made.__init__(self, *arguments, **named)

    made.__init__ = first
    made.__repr__ = _repr
    made.__eq__ = equal
    made.__hash__ = lambda self: hash(values(self))
    made.__setattr__ = _refuse
    made.__delattr__ = _refuse
    made.__getstate__ = state
    made.__setstate__ = restore
    return made  # type: ignore[no-any-return]


def _init(
    fields_: tuple[Field[Any], ...], put: list[Any], kw_only: bool
) -> Callable[..., None]:
    """Return an `__init__` that sets the fields by their slots, bypassing `__setattr__`."""
    names: dict[str, Any] = {}
    parameters = ["self", *(["*"] if kw_only and fields_ else [])]
    lines = ["pass"]
    for number, item in enumerate(fields_):
        names[f"put{number}"] = put[number]
        value = item.name
        if item.default is not MISSING:
            names[f"default{number}"] = item.default
            parameters.append(f"{item.name}=default{number}")
        elif item.default_factory is not MISSING:
            names[f"default{number}"] = item.default_factory
            parameters.append(f"{item.name}=default{number}")
            value = f"default{number}() if {value} is default{number} else {value}"
        else:
            parameters.append(item.name)
        lines.append(f"put{number}(self, {value})")
    exec(f"def __init__({', '.join(parameters)}): {'; '.join(lines)}", names)
    return names["__init__"]  # type: ignore[no-any-return]


def _repr(self: Any) -> str:
    pairs = [f"{x.name}={getattr(self, x.name)!r}" for x in fields(self) if x.repr]
    return f"{self.__class__.__qualname__}({', '.join(pairs)})"


def _refuse(_self: object, name: str, *_value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")
