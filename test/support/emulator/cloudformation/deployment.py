"""Creates, updates, rolls back and deletes the resources of a stack, as CloudFormation documents it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

import copy
import traceback

from moto.cloudformation.exceptions import ValidationError

from . import schemas
from .resources import RefusedError, handler_of
from .stack import Resource
from .values import normal, references

REPLACES = "Requested update requires the creation of a new physical resource; hence creating one."


class FailedError(Exception):
    """An operation on a resource failed, and was reported as an event."""

    def __init__(self, logical_id):
        super().__init__(logical_id)
        self.logical_id = logical_id


def validate(template, values):
    """Raises ValidationError for a template that CloudFormation refuses before it creates anything."""
    resources = template["Resources"]
    for section in ("Resources", "Outputs"):
        known = {*resources, *values.names}
        unknown = sorted(references(template.get(section, {})) - known)
        if unknown:
            raise ValidationError(
                message=f"Template format error: Unresolved resource dependencies {unknown} in the {section} block of the template"
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
    return references(definition.get("Properties", {})) | set([declared] if isinstance(declared, str) else declared)


class Deployment:
    """One operation on a stack."""

    def __init__(self, stack):
        self.stack = stack
        # New physical resources, the oldest first.
        self.created = []
        # Resources before their update in place.
        self.updated = []
        # Resources that the new template does not have any more, or that were replaced.
        self.obsolete = []

    def create(self, text, template):
        stack = self.stack
        stack.template_text, stack.template = text, template
        stack.report("CREATE_IN_PROGRESS", "User Initiated")
        try:
            self._apply(stack.values(), {})
        except FailedError as failure:
            self._roll_back_creation(failure)
            return
        stack.report("CREATE_COMPLETE")

    def _roll_back_creation(self, failure):
        stack = self.stack
        stack.report(
            "ROLLBACK_IN_PROGRESS",
            f"The following resource(s) failed to create: [{failure.logical_id}]. Rollback requested by user.",
        )
        kept = self._delete(self.created, "DeletionPolicy", is_creation=True)
        stack.outputs = []
        if kept:
            stack.report("ROLLBACK_FAILED", failed_to_delete(kept))
        else:
            stack.report("ROLLBACK_COMPLETE")

    def update(self, text, template, parameters, tags):
        stack = self.stack
        before = (stack.template_text, stack.template, stack.parameters, stack.tags, stack.outputs)
        previous = dict(stack.resources)
        stack.report("UPDATE_IN_PROGRESS", "User Initiated")
        stack.template_text, stack.template = text, template
        stack.parameters, stack.tags = parameters, tags
        try:
            self._apply(stack.values(), previous)
        except FailedError as failure:
            stack.template_text, stack.template, stack.parameters, stack.tags, stack.outputs = before
            self._roll_back_update(failure, previous)
            return
        self.obsolete += [resource for name, resource in previous.items() if name not in stack.template["Resources"]]
        stack.report("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        # What cannot be deleted stays behind without failing the update.
        self._delete(self.obsolete, "UpdateReplacePolicy")
        stack.report("UPDATE_COMPLETE")

    def _roll_back_update(self, failure, previous):
        stack = self.stack
        stack.report(
            "UPDATE_ROLLBACK_IN_PROGRESS",
            f"The following resource(s) failed to update: [{failure.logical_id}].",
        )
        stack.resources = previous
        for resource, properties, definition in reversed(self.updated):
            try:
                self._update(resource, properties, definition)
            except FailedError as other:
                stack.report(
                    "UPDATE_ROLLBACK_FAILED",
                    f"The following resource(s) failed to update: [{other.logical_id}].",
                )
                return
        stack.report("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        self._delete(self.created, "DeletionPolicy", is_creation=True)
        stack.report("UPDATE_ROLLBACK_COMPLETE")

    def delete(self):
        stack = self.stack
        stack.report("DELETE_IN_PROGRESS", "User Initiated")
        kept = self._delete(list(stack.resources.values()), "DeletionPolicy")
        if kept:
            stack.report("DELETE_FAILED", failed_to_delete(kept))
        else:
            stack.report("DELETE_COMPLETE")

    def _apply(self, values, previous):
        stack = self.stack
        for logical_id in in_order(stack.template, values):
            definition = stack.template["Resources"][logical_id]
            old = previous.get(logical_id)
            try:
                properties = self._properties(definition, values)
            except Exception as error:
                self._fail(old or self._new(logical_id, definition, {}), "CREATE" if old is None else "UPDATE", error)
            if old is None:
                self._create(self._new(logical_id, definition, properties))
            elif old.type != definition["Type"]:
                self._fail(old, "UPDATE", RefusedError("Update of resource type is not permitted."))
            elif self._must_replace(old, properties):
                self._replace(old, definition, properties)
            else:
                was = (old, old.properties, old.definition)
                if self._update(old, properties, definition):
                    self.updated.append(was)
        stack.outputs = outputs(stack.template, values)

    def _new(self, logical_id, definition, properties):
        dependencies = dependencies_of(definition) & set(self.stack.template["Resources"])
        return Resource(logical_id, definition["Type"], properties, definition, dependencies)

    def _properties(self, definition, values):
        properties = values.resolve(definition.get("Properties", {}))
        if self.stack.tags and schemas.is_taggable_by_stack(definition["Type"]):
            own = properties.get("Tags", [])
            keys = {tag["Key"] for tag in own}
            inherited = [{"Key": key, "Value": value} for key, value in self.stack.tags.items() if key not in keys]
            properties["Tags"] = [*own, *inherited]
        return properties

    def _create(self, resource, reason=None):
        stack = self.stack
        stack.report_resource(resource, "CREATE_IN_PROGRESS", reason)
        handler = handler_of(resource.type)
        try:
            handler.create(stack, resource)
        except Exception as error:
            if resource.physical_id is not None:
                self.created.append(resource)
            self._fail(resource, "CREATE", error)
        self.created.append(resource)
        stack.resources[resource.logical_id] = resource
        stack.report_resource(resource, "CREATE_IN_PROGRESS", "Resource creation Initiated")
        stack.report_resource(resource, "CREATE_COMPLETE")

    def _must_replace(self, old, properties):
        if handler_of(old.type).is_replaced(old.properties, properties):
            return True
        return any(
            normal(at(old.properties, path)) != normal(at(properties, path)) for path in schemas.create_only(old.type)
        )

    def _replace(self, old, definition, properties):
        resource = self._new(old.logical_id, definition, properties)
        handler = handler_of(old.type)
        name = handler.unique_name(self.stack, properties)
        if name is not None and name == handler.unique_name(self.stack, old.properties):
            self._fail(
                old,
                "UPDATE",
                RefusedError(
                    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                    f"Rename {name[-1]} and update the stack again."
                ),
            )
        self.stack.report_resource(old, "UPDATE_IN_PROGRESS", REPLACES)
        self._create(resource, REPLACES)
        self.obsolete.append(old)

    def _update(self, resource, properties, definition):
        """Updates a resource in place, if a value changed. Returns whether it did."""
        old = resource.properties
        if normal(old) == normal(properties):
            resource.definition = definition
            resource.dependencies = dependencies_of(definition) & set(self.stack.template["Resources"])
            return False
        stack = self.stack
        stack.report_resource(resource, "UPDATE_IN_PROGRESS")
        physical_id = resource.physical_id
        before = copy.copy(resource)
        try:
            handler_of(resource.type).update(stack, resource, properties)
        except Exception as error:
            self._fail(resource, "UPDATE", error)
        resource.properties, resource.definition = properties, definition
        resource.dependencies = dependencies_of(definition) & set(stack.template["Resources"])
        if resource.physical_id != physical_id:
            # A custom resource may replace what it manages during an update.
            self.obsolete.append(before)
        stack.report_resource(resource, "UPDATE_COMPLETE")
        return True

    def _fail(self, resource, operation, error):
        self.stack.report_resource(resource, f"{operation}_FAILED", reason_of(error))
        raise FailedError(resource.logical_id) from error

    def _delete(self, resources, policy_name, is_creation=False):
        """Deletes resources, dependants first. Returns those that refused."""
        stack = self.stack
        remaining = list(reversed(resources))
        failed = []
        while remaining:
            # Replaced resources keep their dependants' names, so only those of this list count.
            blocked = set().union(*(item.dependencies for item in remaining))
            resource = next((item for item in remaining if item.logical_id not in blocked), remaining[0])
            remaining.remove(resource)
            if self._is_retained(resource, policy_name, is_creation):
                stack.report_resource(resource, "DELETE_SKIPPED")
                self._forget(resource)
            elif resource.logical_id in set().union(*(item.dependencies for item in failed)):
                failed.append(resource)
            elif self._delete_one(resource):
                self._forget(resource)
            else:
                failed.append(resource)
        return [item for item in failed if item.status == "DELETE_FAILED"]

    def _is_retained(self, resource, policy_name, is_creation):
        replaced = self.stack.resources.get(resource.logical_id) not in (None, resource)
        name = policy_name if replaced else "DeletionPolicy"
        policy = resource.definition.get(name, "Delete")
        return policy == "Retain" or (policy == "RetainExceptOnCreate" and not is_creation)

    def _delete_one(self, resource):
        stack = self.stack
        stack.report_resource(resource, "DELETE_IN_PROGRESS")
        try:
            handler_of(resource.type).delete(stack, resource)
        except Exception as error:
            stack.report_resource(resource, "DELETE_FAILED", reason_of(error))
            return False
        stack.report_resource(resource, "DELETE_COMPLETE")
        return True

    def _forget(self, resource):
        if self.stack.resources.get(resource.logical_id) is resource:
            del self.stack.resources[resource.logical_id]


def at(properties, path):
    for name in path:
        if name == "*" or not isinstance(properties, dict):
            return properties
        properties = properties.get(name)
    return properties


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
