"""Type expressions that Python cannot import or subscript are errors, not broken modules."""

import pytest

from sqlgen.model.diagnostic import SqlgenError
from sqlgen.translate.types.overrides import parsed


@pytest.mark.parametrize(
    "text",
    ["None.x", "True.x", "app.None", "a.class.b", "tuple[()]", "list[()]", "a.B[()]"],
)
def test_an_unusable_type_is_an_error(text: str) -> None:
    with pytest.raises(SqlgenError) as caught:
        parsed(text, {}, None)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["bad-type"]
