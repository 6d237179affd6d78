"""ModuleProtocol -> a view of the class, whose methods have the signatures of a module's functions."""

from ...model.python import ModuleProtocol
from ..imports import Imports
from ..literals import Text
from .functions import FunctionView


class ProtocolView:
    """A protocol: its `name`, `doc` and `methods`, which are views of the functions."""

    def __init__(
        self, protocol: ModuleProtocol, imports: Imports, *, is_async: bool
    ) -> None:
        self.name = protocol.name
        self.doc = Text(protocol.doc)
        self.methods = [
            FunctionView(function, imports, is_async=is_async)
            for function in protocol.functions
        ]
