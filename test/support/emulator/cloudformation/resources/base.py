"""What every resource type has: names that collide, and faults on request."""

import secrets
import string

from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

# Handlers by type.
handlers = {}

# Names in use: (type, account, region or None for types that are global to the account, name).
taken_names = set()

# (type, operation) that fail, with the reason: see `control.py`.
faults = {}


class RefusedError(Exception):
    """AWS refuses the operation. The message is the reason of the event."""


def handled(message, code):
    """Returns the error with the text that CloudFormation reports for one of a resource handler."""
    return RefusedError(f'Resource handler returned message: "{message}" (HandlerErrorCode: {code})')


def new_id(prefix, length=13, alphabet=string.ascii_uppercase + string.digits):
    return prefix + "".join(secrets.choice(alphabet) for _ in range(length))


def register(handler):
    """Makes a handler known, with checks of names and faults around it."""
    handlers[handler.type] = handler
    return handler


class Handler:
    """Creates, updates and deletes resources of a type. A subclass implements the methods with `_do`."""

    type = ""
    # The property with a name that no other resource of the type may have.
    name_property = None
    # Whether the name is global to the account, instead of to the region.
    is_global = False
    # Formats of the attributes, from the physical id.
    attributes = {}

    def unique_name(self, stack, properties):
        """Returns the name that must be free, as an entry of `taken_names`, or None."""
        name = properties.get(self.name_property) if self.name_property else None
        if name is None:
            return None
        return (self.type, stack.account, None if self.is_global else stack.region, name)

    def taken_message(self, name):
        return handled(f"{name} already exists", "AlreadyExists")

    def create(self, stack, resource):
        """Creates the resource and sets its `physical_id`, and `model` if needed."""
        self._raise_fault("create")
        name = self.unique_name(stack, resource.properties)
        if name in taken_names:
            raise self.taken_message(name[-1])
        self.do_create(stack, resource)
        if name is not None:
            taken_names.add(name)

    def update(self, stack, resource, properties):
        """Changes the resource in place to new properties."""
        self._raise_fault("update")
        old, new = (self.unique_name(stack, item) for item in (resource.properties, properties))
        if new != old and new in taken_names:
            raise self.taken_message(new[-1])
        self.do_update(stack, resource, properties)
        taken_names.discard(old)
        taken_names.update({new} - {None})

    def delete(self, stack, resource):
        self._raise_fault("delete")
        self.do_delete(stack, resource)
        taken_names.discard(self.unique_name(stack, resource.properties))

    def is_replaced(self, old, new):
        """Returns whether a change replaces the resource for another reason than its schema."""
        return False

    def attribute(self, resource, name):
        """Returns the value of `Fn::GetAtt`."""
        if name not in self.attributes:
            raise RefusedError(
                UnformattedGetAttTemplateException.description.format(resource.logical_id, name)
            )
        return self.attributes[name].format(resource.physical_id)

    def do_create(self, stack, resource):
        raise NotImplementedError

    def do_update(self, stack, resource, properties):
        changed = {
            name
            for name in {*resource.properties, *properties}
            if resource.properties.get(name) != properties.get(name)
        }
        raise NotImplementedError(
            f"the emulator cannot update {sorted(changed)} of {self.type} in place: add it"
        )

    def do_delete(self, stack, resource):
        raise NotImplementedError

    def _raise_fault(self, operation):
        if (self.type, operation) in faults:
            raise RefusedError(faults[self.type, operation])
