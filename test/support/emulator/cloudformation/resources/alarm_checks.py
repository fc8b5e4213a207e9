"""What PutMetricAlarm and PutCompositeAlarm reject.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
"""

import re

from .base import handled
from .metric_math import ARRAY, SERIES, InvalidExpressionError, kind_of
from .secret import is_true

MAX_METRICS = 10
MAX_ACTIONS = 5
DAY_S = 86_400
HOUR_S = 3_600
WEEK_S = 7 * DAY_S

COMPARISONS = {
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
}
BAND_COMPARISONS = {
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
}
STATISTIC = re.compile(
    r"(p|tm|wm|tc|ts)\d{1,2}(\.\d{1,10})?|p100|IQM|(TM|WM|TC|TS|PR)\(.+\)|SampleCount|Average|Sum|Minimum|Maximum"
)
QUERY_ID = re.compile(r"[a-z][a-zA-Z0-9_]*")
REFERENCE = re.compile(r"\b(ALARM|OK|INSUFFICIENT_DATA)\(\s*[\"']?([^\"')]+)[\"']?\s*\)")


def expect(is_valid, message):
    if not is_valid:
        raise handled(
            f"Invalid request provided: {message} (Service: CloudWatch, Status Code: 400)", "InvalidRequest"
        )


def check_metric_alarm(properties):
    """Raises RefusedError for an alarm that CloudWatch rejects."""
    queries = properties.get("Metrics")
    expect((queries is None) != ("MetricName" not in properties), "specify either MetricName or Metrics")
    periods = [check_metric(properties)] if queries is None else check_queries(properties)
    check_threshold(properties)
    evaluations = int(properties["EvaluationPeriods"])
    datapoints = int(properties.get("DatapointsToAlarm", evaluations))
    expect(evaluations >= 1, "EvaluationPeriods must be at least 1")
    expect(1 <= datapoints <= evaluations, "DatapointsToAlarm must be at most EvaluationPeriods")
    for period in periods:
        limit = DAY_S if period < HOUR_S else WEEK_S
        expect(period * evaluations <= limit, f"EvaluationPeriods * Period must be at most {limit} seconds")
    missing = properties.get("TreatMissingData", "missing")
    expect(
        missing in ("missing", "ignore", "breaching", "notBreaching"),
        f"TreatMissingData {missing} is not valid",
    )
    check_actions(properties)


def check_actions(properties):
    expect(len(properties["AlarmName"]) <= 255, "AlarmName must have at most 255 characters")
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        actions = properties.get(name, [])
        expect(len(actions) <= MAX_ACTIONS, f"{name} must have at most {MAX_ACTIONS} items")
        expect(all(str(action).startswith("arn:") for action in actions), f"{name} must be ARNs")


def check_metric(metric):
    """Checks an alarm on one metric, or the metric of a query, and returns its period in seconds."""
    expect("Period" in metric, "Period is required")
    period = int(metric["Period"])
    expect(period in (10, 20, 30) or (period > 0 and period % 60 == 0), f"Period {period} is not valid")
    statistics = [metric[name] for name in ("Statistic", "ExtendedStatistic", "Stat") if name in metric]
    expect(len(statistics) == 1, "specify exactly one statistic")
    expect(STATISTIC.fullmatch(statistics[0]), f"statistic {statistics[0]} is not valid")
    return period


def check_queries(properties):
    queries = properties["Metrics"]
    forbidden = {"Namespace", "MetricName", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"}
    expect(not forbidden & set(properties), "Metrics excludes the properties of a single metric")
    expect(len(queries) <= MAX_METRICS, f"Metrics must have at most {MAX_METRICS} items")
    ids = [query["Id"] for query in queries]
    expect(len(set(ids)) == len(ids), "the ids of Metrics must be unique")
    for name in ids:
        expect(QUERY_ID.fullmatch(name), f"'{name}' is not a valid id")
    kinds, periods = {}, []
    for query in queries:
        expect(
            ("Expression" in query) != ("MetricStat" in query),
            f"{query['Id']} must have Expression or MetricStat",
        )
        if "MetricStat" in query:
            kinds[query["Id"]] = SERIES
            periods.append(check_metric(query["MetricStat"]))
    check_expressions(queries, kinds)
    watched = [query["Id"] for query in queries if is_true(query.get("ReturnData", True))]
    band = properties.get("ThresholdMetricId")
    if band is not None:
        expect(band in watched, f"ThresholdMetricId {band} is not an expression with ReturnData")
        expect(kinds[band] == ARRAY, f"ThresholdMetricId {band} is not an anomaly detection band")
        watched.remove(band)
    expect(len(watched) == 1, f"exactly one item of Metrics must have ReturnData, got {sorted(watched)}")
    expect(
        kinds[watched[0]] == SERIES,
        f"expression {watched[0]} must return a time series, and not {kinds[watched[0]]}",
    )
    expect(periods, "at least one item of Metrics must be a metric")
    return periods


def check_expressions(queries, kinds):
    """Adds the kinds of expressions, which may refer to each other in any order."""
    remaining = [query for query in queries if "Expression" in query]
    known = {query["Id"] for query in queries}
    while remaining:
        error = None
        for query in remaining:
            try:
                kinds[query["Id"]] = kind_of(query["Expression"], kinds)
            except InvalidExpressionError as found:
                # It may refer to an expression that is read later.
                error = error or (query, found)
                continue
            remaining.remove(query)
            break
        else:
            query, found = error
            expect(False, f"Error in expression '{query['Id']}' ({query['Expression']}): {found}")
    return known


def check_threshold(properties):
    band = "ThresholdMetricId" in properties
    expect(band != ("Threshold" in properties), "specify either Threshold or ThresholdMetricId")
    comparison = properties["ComparisonOperator"]
    expect(
        comparison in (BAND_COMPARISONS if band else COMPARISONS),
        f"ComparisonOperator {comparison} is not valid",
    )


def references_of(rule):
    """Returns the names or ARNs of the alarms in the rule of a composite alarm. Raises RefusedError for its syntax."""
    text = REFERENCE.sub(" x ", rule)
    words = re.sub(r"\b(TRUE|FALSE)\b", " x ", text)
    try:
        kind_of(re.sub(r"\bNOT\b", " - ", words), {"x": SERIES})
    except InvalidExpressionError as error:
        expect(False, f"AlarmRule is not valid: {error}")
    return {name.strip() for _, name in REFERENCE.findall(rule)}
