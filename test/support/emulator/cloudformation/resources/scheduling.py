"""Schedules of EventBridge Scheduler. A test fires them: see `control.py`."""

import copy
import json

from moto.scheduler.models import scheduler_backends

from .base import Handler, RefusedError, register
from .functions import invoke


class ScheduleGroup(Handler):
    type = "AWS::Scheduler::ScheduleGroup"
    name_property = "Name"

    def do_create(self, stack, resource):
        name = resource.properties.get("Name", f"{stack.name}-{resource.logical_id}")
        resource.model = scheduler_backends[stack.account][stack.region].create_schedule_group(name, [])
        resource.physical_id = name

    def do_delete(self, stack, resource):
        scheduler_backends[stack.account][stack.region].delete_schedule_group(resource.physical_id)

    def attribute(self, resource, name):
        return resource.model.arn if name == "Arn" else super().attribute(resource, name)


class Schedule(Handler):
    type = "AWS::Scheduler::Schedule"

    def unique_name(self, stack, properties):
        name = properties.get("Name")
        return name and (
            self.type,
            stack.account,
            stack.region,
            f"{properties.get('GroupName', 'default')}/{name}",
        )

    def do_create(self, stack, resource):
        name = resource.properties.get("Name", f"{stack.name}-{resource.logical_id}")
        backend = scheduler_backends[stack.account][stack.region]
        # moto knows this parameter for new schedules only.
        more = {"action_after_completion": None}
        resource.model = backend.create_schedule(name=name, **configuration(resource.properties), **more)
        resource.physical_id = name

    def do_update(self, stack, resource, properties):
        backend = scheduler_backends[stack.account][stack.region]
        resource.model = backend.update_schedule(name=resource.physical_id, **configuration(properties))

    def do_delete(self, stack, resource):
        backend = scheduler_backends[stack.account][stack.region]
        backend.delete_schedule(resource.properties.get("GroupName"), resource.physical_id)

    def attribute(self, resource, name):
        return resource.model.arn if name == "Arn" else super().attribute(resource, name)


def configuration(properties):
    return {
        "description": properties.get("Description"),
        "end_date": properties.get("EndDate"),
        "flexible_time_window": properties["FlexibleTimeWindow"],
        "group_name": properties.get("GroupName"),
        "kms_key_arn": properties.get("KmsKeyArn"),
        "schedule_expression": properties["ScheduleExpression"],
        "schedule_expression_timezone": properties.get("ScheduleExpressionTimezone"),
        "start_date": properties.get("StartDate"),
        "state": properties.get("State", "ENABLED"),
        # moto adds defaults to it, which would count as a change in the next update.
        "target": copy.deepcopy(properties["Target"]),
    }


def fire(account, region, group, name):
    """Invokes the target of a schedule, as the Scheduler does. Returns the process of the function."""
    schedule = scheduler_backends[account][region].get_schedule(group, name)
    if schedule.state != "ENABLED":
        raise RefusedError(f"The schedule {name} is {schedule.state}.")
    return invoke(account, region, schedule.target["Arn"], json.loads(schedule.target.get("Input") or "{}"))


register(ScheduleGroup())
register(Schedule())
