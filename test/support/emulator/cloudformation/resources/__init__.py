"""The resource types: what each creates, changes, refuses and deletes."""

from moto.cloudformation.exceptions import ValidationError

from .base import Handler, RefusedError, handlers

# Registers the handlers.
from . import (  # noqa: F401
    access,
    alarms,
    cloudfront,
    containers,
    custom,
    functions,
    load_balancing,
    network,
    others,
    recorded,
    routing,
    scheduling,
    secret,
    security_groups,
    storage,
)

NOT_SUPPORTED = "The emulator does not support {}: add it to test/support/emulator/cloudformation/resources."


def handler_of(resource_type):
    """Returns the handler of a type. Raises ValidationError for one that it does not know."""
    name = "AWS::CloudFormation::CustomResource" if resource_type.startswith("Custom::") else resource_type
    if name not in handlers:
        raise ValidationError(message=NOT_SUPPORTED.format(resource_type))
    return handlers[name]


__all__ = ["Handler", "RefusedError", "handler_of"]
