"""Metric and composite alarms, which moto stores after the checks of CloudWatch."""

from moto.cloudwatch.models import cloudwatch_backends

from .alarm_checks import check_actions, check_metric_alarm, expect, references_of
from .base import Handler, handled, new_id, register
from .secret import is_true

# Rules of composite alarms: the names of the alarms that each refers to, by (account, region, name).
rules = {}


class Alarm(Handler):
    attributes = {}
    name_property = "AlarmName"

    def taken_message(self, name):
        return handled(f"Alarm with name '{name}' already exists", "AlreadyExists")

    def unique_name(self, stack, properties):
        # Metric and composite alarms share their names.
        name = properties.get("AlarmName")
        return name and ("AWS::CloudWatch::Alarm", stack.account, stack.region, name)

    def do_create(self, stack, resource):
        name = resource.properties.get("AlarmName", f"{stack.name}-{resource.logical_id}-{new_id('', 12)}")
        self._put(stack, {**resource.properties, "AlarmName": name})
        resource.physical_id = name
        resource.model = {"Arn": arn_of(stack, resource.physical_id)}

    def do_update(self, stack, resource, properties):
        self._put(stack, {**properties, "AlarmName": resource.physical_id})

    def do_delete(self, stack, resource):
        users = [name for name, names in rules.items() if key(stack, resource.physical_id) in names]
        if users:
            raise handled(
                f"Cannot delete {resource.physical_id} as there are composite alarm(s) depending on it.",
                "InvalidRequest",
            )
        rules.pop(key(stack, resource.physical_id), None)
        cloudwatch_backends[stack.account][stack.region].delete_alarms([resource.physical_id])

    def attribute(self, resource, name):
        return resource.model["Arn"] if name == "Arn" else super().attribute(resource, name)


class MetricAlarm(Alarm):
    type = "AWS::CloudWatch::Alarm"

    def _put(self, stack, properties):
        check_metric_alarm(properties)
        store(stack, properties, rule=None)


class CompositeAlarm(Alarm):
    type = "AWS::CloudWatch::CompositeAlarm"

    def _put(self, stack, properties):
        check_actions(properties)
        own = key(stack, properties["AlarmName"])
        names = {key(stack, name.split(":alarm:")[-1]) for name in references_of(properties["AlarmRule"])}
        existing = cloudwatch_backends[stack.account][stack.region].alarms
        missing = sorted(name for _, _, name in names - {own} if name not in existing)
        expect(not missing, f"AlarmRule refers to alarms that do not exist: {missing}")
        expect(own not in reachable(names), f"AlarmRule of {own[-1]} refers to itself")
        rules[own] = names
        store(stack, properties, rule=properties["AlarmRule"])


def reachable(names):
    """Returns alarms with all that their rules refer to."""
    found, remaining = set(), set(names)
    while remaining:
        name = remaining.pop()
        found.add(name)
        remaining |= rules.get(name, set()) - found
    return found


def key(stack, name):
    return (stack.account, stack.region, name)


def arn_of(stack, name):
    return f"arn:aws:cloudwatch:{stack.region}:{stack.account}:alarm:{name}"


def store(stack, properties, rule):
    cloudwatch_backends[stack.account][stack.region].put_metric_alarm(
        name=properties["AlarmName"],
        namespace=properties.get("Namespace"),
        metric_name=properties.get("MetricName"),
        comparison_operator=properties.get("ComparisonOperator"),
        evaluation_periods=int(properties.get("EvaluationPeriods", 0)),
        datapoints_to_alarm=properties.get("DatapointsToAlarm"),
        period=properties.get("Period"),
        threshold=properties.get("Threshold"),
        statistic=properties.get("Statistic"),
        extended_statistic=None,
        description=properties.get("AlarmDescription"),
        dimensions=[],
        alarm_actions=properties.get("AlarmActions", []),
        ok_actions=properties.get("OKActions", []),
        actions_enabled=is_true(properties.get("ActionsEnabled", True)),
        treat_missing_data=properties.get("TreatMissingData"),
        rule=rule,
    )


register(MetricAlarm())
register(CompositeAlarm())
