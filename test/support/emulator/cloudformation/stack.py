"""The state of a stack: its resources, events and outputs."""

import dataclasses
import threading
import uuid

from moto.core.utils import utcnow

from .values import Values

STACK_TYPE = "AWS::CloudFormation::Stack"


@dataclasses.dataclass
class Resource:
    """A physical resource of a stack."""

    logical_id: str
    type: str
    # Resolved, with the stack's tags.
    properties: dict
    # The resource of the template: policies and dependencies.
    definition: dict
    dependencies: set
    physical_id: str | None = None
    # moto's object, or whatever the handler of the type keeps.
    model: object = None
    status: str = "CREATE_IN_PROGRESS"
    changed_at: object = dataclasses.field(default_factory=utcnow)


class Stack:
    """A stack. Only its deployment changes it, one operation at a time."""

    def __init__(self, account, region, name, parameters, tags):
        self.account = account
        self.region = region
        self.name = name
        self.id = f"arn:aws:cloudformation:{region}:{account}:stack/{name}/{uuid.uuid4()}"
        self.template_text = "{}"
        self.template = {"Resources": {}}
        self.parameters = parameters
        self.tags = tags
        self.status = "REVIEW_IN_PROGRESS"
        self.reason = None
        self.created_at = utcnow()
        self.updated_at = None
        self.deleted_at = None
        self.is_protected = False
        # By logical id, in the order of creation.
        self.resources = {}
        self.outputs = []
        # The oldest first.
        self.events = []
        self.lock = threading.Lock()

    def values(self, template=None, parameters=None):
        """Returns the resolver of this stack's template, or of one that replaces it."""
        pseudo = {
            "AWS::AccountId": self.account,
            "AWS::Region": self.region,
            "AWS::StackId": self.id,
            "AWS::StackName": self.name,
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::Partition": "aws",
            "AWS::NotificationARNs": [],
        }
        return Values(
            self.template if template is None else template,
            self.parameters if parameters is None else parameters,
            pseudo,
            self.attribute,
        )

    def attribute(self, logical_id, name):
        """Returns the value of `Ref` (without a name) or `Fn::GetAtt`."""
        from .resources import handler_of

        resource = self.resources[logical_id]
        if name is None:
            return resource.physical_id
        return handler_of(resource.type).attribute(resource, name)

    def report(self, status, reason=None):
        """Sets the status of the stack."""
        self.status = status
        self.reason = reason
        self._add_event(self.name, self.id, STACK_TYPE, status, reason)

    def report_resource(self, resource, status, reason=None):
        resource.status = status
        resource.changed_at = utcnow()
        self._add_event(resource.logical_id, resource.physical_id or "", resource.type, status, reason)

    def _add_event(self, logical_id, physical_id, kind, status, reason):
        self.events.append(
            {
                "StackId": self.id,
                "StackName": self.name,
                "EventId": str(uuid.uuid4()),
                "LogicalResourceId": logical_id,
                "PhysicalResourceId": physical_id,
                "ResourceType": kind,
                "Timestamp": utcnow(),
                "ResourceStatus": status,
                "ResourceStatusReason": reason,
            }
        )
