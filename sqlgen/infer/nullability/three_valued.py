"""Three-valued logic over sets of outcomes.

`TRUE | NULL` is "true or NULL, but not false". For values that are not boolean `TRUE | FALSE` means
"any value that is not NULL".
"""

TRUE, FALSE, NULL = 1, 2, 4
NOT_NULL = TRUE | FALSE
ANYTHING = TRUE | FALSE | NULL


def negated(value: int) -> int:
    """Return the outcomes of NOT."""
    return (
        (FALSE if value & TRUE else 0) | (TRUE if value & FALSE else 0) | (value & NULL)
    )


def conjunction(values: list[int]) -> int:
    """Return the outcomes of the AND of all *values*."""
    result = TRUE
    for value in values:
        combined = 0
        for a in (TRUE, FALSE, NULL):
            for b in (TRUE, FALSE, NULL):
                if result & a and value & b:
                    if FALSE in (a, b):
                        combined |= FALSE
                    else:
                        combined |= NULL if NULL in (a, b) else TRUE
        result = combined
    return result


def equal(left: int, right: int, *, same: bool) -> int:
    """Return the outcomes of `=` of two booleans, or of `<>` where not *same*."""
    result = (left | right) & NULL
    for a in (TRUE, FALSE):
        for b in (TRUE, FALSE):
            if left & a and right & b:
                result |= TRUE if (a == b) == same else FALSE
    return result
