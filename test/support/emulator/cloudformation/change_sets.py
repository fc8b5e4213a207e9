"""Change sets: an operation that is prepared, described and executed later."""

import uuid

from moto.cloudformation.exceptions import ValidationError
from moto.core.exceptions import ServiceException
from moto.core.utils import utcnow

from . import stacks
from .deployment import Deployment
from .values import normal

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a change set."
)

_change_sets = {}


class ChangeSetNotFoundError(ServiceException):
    code = "ChangeSetNotFound"


class ChangeSet:
    def __init__(self, stack, name, kind, text, parameters, tags):
        self.stack = stack
        self.name = name
        self.id = f"arn:aws:cloudformation:{stack.region}:{stack.account}:changeSet/{name}/{uuid.uuid4()}"
        self.kind = kind
        self.text = text
        self.parameters = parameters
        self.tags = tags
        self.created_at = utcnow()
        self.template = stacks.checked_template(stack, text, parameters)
        self.is_empty = kind == "UPDATE" and stacks.is_unchanged(stack, self.template, parameters, tags)
        self.execution_status = "UNAVAILABLE" if self.is_empty else "AVAILABLE"

    def describe(self):
        return {
            "ChangeSetName": self.name,
            "ChangeSetId": self.id,
            "ChangeSetType": self.kind,
            "StackId": self.stack.id,
            "StackName": self.stack.name,
            "CreationTime": self.created_at,
            "ExecutionStatus": self.execution_status,
            "Status": "FAILED" if self.is_empty else "CREATE_COMPLETE",
            "StatusReason": NO_CHANGES if self.is_empty else None,
            "Changes": self.changes(),
        }

    def changes(self):
        old, new = self.stack.template["Resources"], self.template["Resources"]
        names = [*new, *(name for name in old if name not in new)]
        actions = {
            name: "Add" if name not in old else "Remove" if name not in new else "Modify" for name in names
        }
        return [
            {
                "Type": "Resource",
                "ResourceChange": {
                    "Action": action,
                    "LogicalResourceId": name,
                    "ResourceType": (new | old)[name]["Type"],
                },
            }
            for name, action in actions.items()
            if action != "Modify" or normal(old[name]) != normal(new[name])
        ]

    def execute(self):
        if self.execution_status != "AVAILABLE":
            raise ValidationError(message=f"ChangeSet [{self.id}] cannot be executed in its current status")
        self.execution_status = "EXECUTE_COMPLETE"
        if self.kind == "UPDATE":
            stacks.update(self.stack, self.text, self.parameters, self.tags)
            return
        self.stack.parameters, self.stack.tags = self.parameters, self.tags
        operation = Deployment(self.stack)
        stacks.run(self.stack, "CREATE_IN_PROGRESS", lambda: operation.create(self.text, self.template))


def add(change_set):
    _change_sets[change_set.id] = change_set
    return change_set


def find(account, region, name_or_id, stack_name):
    for change_set in reversed(_change_sets.values()):
        stack = change_set.stack
        is_here = (stack.account, stack.region) == (account, region)
        if name_or_id == change_set.id or (
            is_here and name_or_id == change_set.name and stack_name in (stack.name, stack.id)
        ):
            return change_set
    raise ChangeSetNotFoundError(f"ChangeSet [{name_or_id}] does not exist")


def of_stack(stack):
    return [change_set for change_set in _change_sets.values() if change_set.stack is stack]


def remove(change_set):
    _change_sets.pop(change_set.id, None)
