"""The stacks of all accounts and regions, and the operations that start their deployments."""

import threading

from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError

from .deployment import Deployment
from .plan import in_order, validate
from .stack import Stack
from .values import parse_template

# An operation that takes longer continues after the response, as on AWS.
MAX_WAIT_S = 40

CAN_BE_UPDATED = {
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "IMPORT_COMPLETE",
}

_stacks = []


def all_stacks(account, region):
    """Returns the stacks, deleted ones too, the oldest first."""
    return [stack for stack in _stacks if (stack.account, stack.region) == (account, region)]


def find(account, region, name_or_id):
    """Returns a stack by its name, or by its id, which also finds a deleted one. Raises ValidationError."""
    for stack in all_stacks(account, region):
        is_deleted = stack.status == "DELETE_COMPLETE"
        if name_or_id == stack.id or (name_or_id == stack.name and not is_deleted):
            return stack
    raise ValidationError(name_or_id)


def new_stack(account, region, name, parameters, tags):
    if any(stack.name == name and stack.status != "DELETE_COMPLETE" for stack in all_stacks(account, region)):
        raise AlreadyExistsException(f"Stack [{name}] already exists")
    stack = Stack(account, region, name, parameters, tags)
    _stacks.append(stack)
    return stack


def create(account, region, name, text, parameters, tags, is_protected):
    template = checked_template(Stack(account, region, name, parameters, tags), text, parameters)
    stack = new_stack(account, region, name, parameters, tags)
    stack.is_protected = is_protected
    run(stack, "CREATE_IN_PROGRESS", lambda: Deployment(stack).create(text, template))
    return stack


def checked_template(stack, text, parameters):
    """Parses a template. Raises ValidationError for one that CloudFormation refuses at once."""
    template = parse_template(text)
    values = stack.values(template, parameters)
    validate(template, values)
    in_order(template, values)
    return template


def update(stack, text, parameters, tags):
    if stack.status not in CAN_BE_UPDATED:
        raise ValidationError(message=f"Stack:{stack.id} is in {stack.status} state and can not be updated.")
    template = checked_template(stack, text, parameters)
    if is_unchanged(stack, template, parameters, tags):
        raise ValidationError(message="No updates are to be performed.")
    run(stack, "UPDATE_IN_PROGRESS", lambda: Deployment(stack).update(text, template, parameters, tags))


def is_unchanged(stack, template, parameters, tags):
    return (template, parameters, tags) == (stack.template, stack.parameters, stack.tags)


def delete(stack):
    if stack.is_protected:
        raise ValidationError(
            message=f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        )
    run(stack, "DELETE_IN_PROGRESS", lambda: Deployment(stack).delete())


def run(stack, status, operation):
    """Runs an operation in a thread, and waits a while for its end."""
    with stack.lock:
        if stack.status.endswith("IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
            raise ValidationError(
                message=f"Stack:{stack.id} is in {stack.status} state and can not be updated."
            )
        stack.status = status
    thread = threading.Thread(target=operation, daemon=True)
    thread.start()
    thread.join(MAX_WAIT_S)
