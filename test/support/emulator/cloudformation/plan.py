"""What a template means before anything is created: its order, its faults and its outputs."""

from moto.cloudformation.exceptions import ValidationError

from . import schemas
from .resources import handler_of
from .values import normal, references


def validate(template, values):
    """Raises ValidationError for a template that CloudFormation refuses before it creates anything."""
    resources = template["Resources"]
    for section in ("Resources", "Outputs"):
        known = {*resources, *values.names}
        unknown = sorted(references(template.get(section, {})) - known)
        if unknown:
            raise ValidationError(
                message=f"Template format error: Unresolved resource dependencies {unknown} in the "
                f"{section} block of the template"
            )
    for resource in resources.values():
        handler_of(resource["Type"])


def in_order(template, values):
    """Returns the logical ids of the resources to create, each after those that it depends on."""
    included = {
        logical_id: definition
        for logical_id, definition in template["Resources"].items()
        if "Condition" not in definition or values.condition(definition["Condition"])
    }
    ordered = []

    def add(logical_id, path):
        if logical_id in path:
            raise ValidationError(message=f"Circular dependency between resources: [{', '.join(path)}]")
        if logical_id in ordered:
            return
        for dependency in sorted(dependencies_of(included[logical_id]) & set(included)):
            add(dependency, [*path, logical_id])
        ordered.append(logical_id)

    for logical_id in included:
        add(logical_id, [])
    return ordered


def dependencies_of(definition):
    declared = definition.get("DependsOn", [])
    return references(definition.get("Properties", {})) | set(
        [declared] if isinstance(declared, str) else declared
    )


def outputs(template, values):
    wanted = template.get("Outputs", {}).items()
    return [
        {
            "OutputKey": name,
            "OutputValue": str(values.resolve(output["Value"])),
            "Description": output.get("Description"),
        }
        for name, output in wanted
        if "Condition" not in output or values.condition(output["Condition"])
    ]


def must_replace(old, properties):
    """Returns whether new properties replace a resource, by its schema or for another reason of its type."""
    if handler_of(old.type).is_replaced(old.properties, properties):
        return True
    return any(
        normal(at(old.properties, path)) != normal(at(properties, path))
        for path in schemas.create_only(old.type)
    )


def at(properties, path):
    for name in path:
        if name == "*" or not isinstance(properties, dict):
            return properties
        properties = properties.get(name)
    return properties
