"""Creates, updates, rolls back and deletes the resources of a stack, as CloudFormation documents it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
"""

import copy

from . import schemas
from .deletion import delete_all, failed_to_delete, reason_of
from .plan import dependencies_of, in_order, must_replace, outputs
from .resources import RefusedError, handler_of
from .stack import Resource
from .values import normal

REPLACES = "Requested update requires the creation of a new physical resource; hence creating one."


class FailedError(Exception):
    """An operation on a resource failed, and was reported as an event."""

    def __init__(self, logical_id):
        super().__init__(logical_id)
        self.logical_id = logical_id


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
        kept = delete_all(self.stack, self.created, "DeletionPolicy", is_creation=True)
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
        self.obsolete += [
            resource for name, resource in previous.items() if name not in stack.template["Resources"]
        ]
        stack.report("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        # What cannot be deleted stays behind without failing the update.
        delete_all(self.stack, self.obsolete, "UpdateReplacePolicy")
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
        delete_all(self.stack, self.created, "DeletionPolicy", is_creation=True)
        stack.report("UPDATE_ROLLBACK_COMPLETE")

    def delete(self):
        stack = self.stack
        stack.report("DELETE_IN_PROGRESS", "User Initiated")
        kept = delete_all(self.stack, list(stack.resources.values()), "DeletionPolicy")
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
                self._fail(
                    old or self._new(logical_id, definition, {}), "CREATE" if old is None else "UPDATE", error
                )
            if old is None:
                self._create(self._new(logical_id, definition, properties))
            elif old.type != definition["Type"]:
                self._fail(old, "UPDATE", RefusedError("Update of resource type is not permitted."))
            elif must_replace(old, properties):
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
            inherited = [
                {"Key": key, "Value": value} for key, value in self.stack.tags.items() if key not in keys
            ]
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
