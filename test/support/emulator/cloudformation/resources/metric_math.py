"""The syntax and the result of metric math expressions, as far as CloudWatch checks them for an alarm.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

import re

SCALAR, SERIES, ARRAY, WORD, TEXT = (
    "a number",
    "a time series",
    "an array of time series",
    "a keyword",
    "a text",
)

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<text>'[^']*'|\"[^\"]*\")|"
    r"(?P<sign>&&|\|\||[=!<>]=|[-+*/^<>(),\[\]]))"
)

# By increasing precedence.
LEVELS = [("OR", "||"), ("AND", "&&"), ("==", "!=", "<", "<=", ">", ">="), ("+", "-"), ("*", "/"), ("^",)]

PER_POINT = {
    "ABS",
    "CEIL",
    "FLOOR",
    "LOG",
    "LOG10",
    "RATE",
    "DIFF",
    "DIFF_TIME",
    "RUNNING_SUM",
    "TIME_SERIES",
}
CALENDAR = {"MINUTE", "HOUR", "DAY", "DATE", "MONTH", "YEAR", "EPOCH"}
AGGREGATES = {"SUM", "AVG", "MIN", "MAX", "STDDEV", "DATAPOINT_COUNT"}


class InvalidExpressionError(Exception):
    """CloudWatch rejects the expression."""


class Reader:
    """Reads one expression. `kinds` are the kinds of the queries that it may refer to, by id."""

    def __init__(self, text, kinds):
        self.kinds = kinds
        self.tokens = []
        position = 0
        text = text.rstrip()
        while position < len(text):
            match = TOKEN.match(text, position)
            if match is None:
                raise InvalidExpressionError(f"unexpected character at {position}")
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()

    def read(self):
        """Returns the kind of the whole expression."""
        kind = self._binary(0)
        if self.tokens:
            raise InvalidExpressionError(f"unexpected '{self.tokens[0][1]}'")
        return kind

    def _peek(self):
        return self.tokens[0] if self.tokens else ("end", "the end")

    def _take(self):
        token = self._peek()
        self.tokens = self.tokens[1:]
        return token

    def _expect(self, sign):
        found = self._take()[1]
        if found != sign:
            raise InvalidExpressionError(f"expected '{sign}', got '{found}'")

    def _binary(self, level):
        if level == len(LEVELS):
            return self._operand()
        kind = self._binary(level + 1)
        while self._peek()[1] in LEVELS[level]:
            self._take()
            kind = combined([kind, self._binary(level + 1)])
        return kind

    def _operand(self):
        group, text = self._take()
        if text == "-":
            return self._operand()
        if text == "(":
            kind = self._binary(0)
            self._expect(")")
            return kind
        if text == "[":
            self._arguments("]")
            return ARRAY
        if group == "number":
            return SCALAR
        if group == "text":
            return TEXT
        if group != "name":
            raise InvalidExpressionError(f"unexpected '{text}'")
        if self._peek()[1] == "(":
            self._take()
            return result_of(text, self._arguments(")"))
        if text in self.kinds:
            return self.kinds[text]
        if text in ("REPEAT", "LINEAR", "ASC", "DESC"):
            return WORD
        raise InvalidExpressionError(f"'{text}' is not the id of a metric or expression of the alarm")

    def _arguments(self, end):
        kinds = []
        while self._peek()[1] != end:
            if kinds:
                self._expect(",")
            kinds.append(self._binary(0))
        self._take()
        return kinds


def combined(kinds):
    if WORD in kinds or TEXT in kinds:
        raise InvalidExpressionError("a keyword or text is not an operand")
    return ARRAY if ARRAY in kinds else SERIES if SERIES in kinds else SCALAR


def expect_arguments(name, kinds, *allowed):
    """Checks the kinds of arguments against those of each place; the last place may have a default (None)."""
    required = [kind for kind in allowed if None not in kind]
    if not len(required) <= len(kinds) <= len(allowed):
        raise InvalidExpressionError(f"{name} has the wrong number of arguments ({len(kinds)})")
    for kind, places in zip(kinds, allowed, strict=False):
        if kind not in places:
            raise InvalidExpressionError(f"{name} does not accept {kind}")


def result_of(name, kinds):
    """Returns the kind that a function returns."""
    many = (SERIES, ARRAY)
    if name == "FILL":
        expect_arguments(name, kinds, many, (SCALAR, SERIES, WORD))
        return kinds[0]
    if name == "IF":
        expect_arguments(name, kinds, (SERIES, SCALAR), (SERIES, SCALAR), (SERIES, SCALAR, None))
        return combined(kinds)
    if name in PER_POINT:
        expect_arguments(name, kinds, (SERIES, ARRAY, SCALAR) if name == "TIME_SERIES" else many)
        return SERIES if name == "TIME_SERIES" else kinds[0]
    if name in CALENDAR or name == "PERIOD":
        expect_arguments(name, kinds, (SERIES,))
        return SCALAR if name == "PERIOD" else SERIES
    if name in AGGREGATES:
        expect_arguments(name, kinds, many)
        return SERIES if kinds[0] == ARRAY else SCALAR
    if name == "ANOMALY_DETECTION_BAND":
        expect_arguments(name, kinds, (SERIES,), (SCALAR, None))
        return ARRAY
    if name == "METRICS":
        expect_arguments(name, kinds, (TEXT, None))
        return ARRAY
    if name == "METRIC_COUNT":
        expect_arguments(name, kinds, (ARRAY,))
        return SCALAR
    if name in ("FIRST", "LAST"):
        expect_arguments(name, kinds, (ARRAY,))
        return SERIES
    if name == "INSIGHT_RULE_METRIC":
        expect_arguments(name, kinds, (TEXT,), (TEXT,))
        return SERIES
    if name == "SEARCH":
        raise InvalidExpressionError("SEARCH is not supported on alarms")
    raise InvalidExpressionError(f"unknown function {name}")


def kind_of(text, kinds):
    """Returns the kind of an expression. Raises InvalidExpressionError."""
    return Reader(text, kinds).read()
