"""What all types that moto creates have in common."""

import copy

from moto.cloudformation import parsing

from .base import Handler

# Properties that no test reads from the API: an update of nothing else is recorded.
UNREAD = {"Tags", "Description"}


class MotoModel(Handler):
    """Creates a resource with moto's own class for CloudFormation."""

    def __init__(self, resource_type, is_global=False, unread=()):
        self.type = resource_type
        self.is_global = is_global
        self.unread = UNREAD | set(unread)
        self.name_property = parsing.resource_name_property_from_type(resource_type)

    def do_create(self, stack, resource):
        model = parsing.get_model_map()[self.type]
        generated = parsing.generate_resource_name(self.type, stack.name, resource.logical_id)
        name = resource.properties.get(self.name_property, generated) if self.name_property else generated
        resource.model = model.create_from_cloudformation_json(
            name,
            {"Type": self.type, "Properties": self.model_properties(resource)},
            stack.account,
            stack.region,
            LogicalId=resource.logical_id,
            StackId=stack.id,
            ResourceType=self.type,
        )
        resource.physical_id = resource.model.physical_resource_id

    def model_properties(self, resource):
        # moto changes what it is given.
        return copy.deepcopy(resource.properties)

    def attribute(self, resource, name):
        if name in self.attributes:
            return super().attribute(resource, name)
        try:
            value = resource.model.get_cfn_attribute(name)
        except (AttributeError, NotImplementedError):
            value = None
        return super().attribute(resource, name) if value is None else value

    def do_update(self, stack, resource, properties):
        changed = {
            name
            for name in {*resource.properties, *properties}
            if resource.properties.get(name) != properties.get(name)
        }
        if changed - self.unread:
            super().do_update(stack, resource, properties)

    def do_delete(self, stack, resource):
        model = type(resource.model)
        if hasattr(resource.model, "delete"):
            resource.model.delete(stack.account, stack.region)
        else:
            definition = {"Type": self.type, "Properties": dict(resource.properties)}
            model.delete_from_cloudformation_json(
                resource.physical_id, definition, stack.account, stack.region
            )
