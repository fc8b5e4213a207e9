"""Deletes resources in the order of their dependencies, as policies and refusals allow."""

import traceback

from .resources import RefusedError, handler_of


def delete_all(stack, resources, policy_name, is_creation=False):
    """Deletes resources, dependants first. Returns those that refused."""
    remaining = list(reversed(resources))
    failed = []
    while remaining:
        # Replaced resources keep their dependants' names, so only those of this list count.
        blocked = set().union(*(item.dependencies for item in remaining))
        resource = next((item for item in remaining if item.logical_id not in blocked), remaining[0])
        remaining.remove(resource)
        if is_retained(stack, resource, policy_name, is_creation):
            stack.report_resource(resource, "DELETE_SKIPPED")
            forget(stack, resource)
        elif resource.logical_id in set().union(*(item.dependencies for item in failed)):
            failed.append(resource)
        elif delete_one(stack, resource):
            forget(stack, resource)
        else:
            failed.append(resource)
    return [item for item in failed if item.status == "DELETE_FAILED"]


def is_retained(stack, resource, policy_name, is_creation):
    replaced = stack.resources.get(resource.logical_id) not in (None, resource)
    name = policy_name if replaced else "DeletionPolicy"
    policy = resource.definition.get(name, "Delete")
    return policy == "Retain" or (policy == "RetainExceptOnCreate" and not is_creation)


def delete_one(stack, resource):
    stack.report_resource(resource, "DELETE_IN_PROGRESS")
    try:
        handler_of(resource.type).delete(stack, resource)
    except Exception as error:
        stack.report_resource(resource, "DELETE_FAILED", reason_of(error))
        return False
    stack.report_resource(resource, "DELETE_COMPLETE")
    return True


def forget(stack, resource):
    if stack.resources.get(resource.logical_id) is resource:
        del stack.resources[resource.logical_id]


def failed_to_delete(resources):
    names = ", ".join(sorted(resource.logical_id for resource in resources))
    return f"The following resource(s) failed to delete: [{names}]."


def reason_of(error):
    """Returns the reason of an event. An error that is not AWS's is a fault of the emulator, with its place."""
    if isinstance(error, RefusedError):
        return str(error)
    message = getattr(error, "message", None) or getattr(error, "description", None) or str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{message} ({type(error).__name__} at {place.name}, {place.filename.rsplit('/', 1)[-1]}:{place.lineno})"
