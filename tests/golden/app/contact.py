from dataclasses import dataclass
from typing import TypedDict


@dataclass(frozen=True)
class Address:
    street: str
    city: str | None = None


class Contact(TypedDict):
    name: str
    phone: str
