"""The API of CloudFormation, which replaces moto's."""

from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult, EmptyResult

from . import change_sets, stacks
from .configuration import set_endpoint
from .values import parse_template


class Api(CloudFormationResponse):
    """Operations by their names in moto: `describe_stacks` is DescribeStacks."""

    def _find(self):
        return stacks.find(self.current_account, self.region, self._get_param("StackName"))

    def _text(self, previous=None):
        if self._get_bool_param("UsePreviousTemplate", False):
            return previous
        url = self._get_param("TemplateURL")
        return self._get_stack_from_s3_url(url) if url else self._get_param("TemplateBody")

    def _parameters(self, previous=None):
        return {
            item["ParameterKey"]: previous[item["ParameterKey"]]
            if item.get("UsePreviousValue") in (True, "true")
            else item.get("ParameterValue", "")
            for item in self._get_param("Parameters", [])
            if item.get("UsePreviousValue") not in (True, "true") or item["ParameterKey"] in (previous or {})
        }

    def _tags(self):
        return {item["Key"]: item["Value"] for item in self._get_param("Tags", [])}

    def create_stack(self):
        stack = stacks.create(
            self.current_account,
            self.region,
            self._get_param("StackName"),
            self._text(),
            self._parameters(),
            self._tags(),
            self._get_bool_param("EnableTerminationProtection", False),
        )
        return ActionResult({"StackId": stack.id})

    def update_stack(self):
        stack = self._find()
        tags = self._tags() if self._get_param("Tags") else stack.tags
        stacks.update(stack, self._text(stack.template_text), self._parameters(stack.parameters), tags)
        return ActionResult({"StackId": stack.id})

    def delete_stack(self):
        name = self._get_param("StackName")
        for stack in stacks.all_stacks(self.current_account, self.region):
            if name in (stack.name, stack.id) and stack.status != "DELETE_COMPLETE":
                stacks.delete(stack)
        return EmptyResult()

    def update_termination_protection(self):
        stack = self._find()
        stack.is_protected = self._get_bool_param("EnableTerminationProtection", False)
        return ActionResult({"StackId": stack.id})

    def describe_stacks(self):
        if self._get_param("StackName"):
            return ActionResult({"Stacks": [described(self._find())]})
        found = stacks.all_stacks(self.current_account, self.region)
        return ActionResult(
            {"Stacks": [described(stack) for stack in found if stack.status != "DELETE_COMPLETE"]}
        )

    def list_stacks(self):
        found = stacks.all_stacks(self.current_account, self.region)
        wanted = self._get_param("StackStatusFilter", [])
        return ActionResult(
            {"StackSummaries": [described(stack) for stack in found if not wanted or stack.status in wanted]}
        )

    def describe_stack_events(self):
        return ActionResult({"StackEvents": self._find().events[::-1]})

    def describe_stack_resource(self):
        wanted = self._get_param("LogicalResourceId")
        (found,) = [item for item in resources_of(self._find()) if item["LogicalResourceId"] == wanted]
        return ActionResult({"StackResourceDetail": found})

    def describe_stack_resources(self):
        wanted = self._get_param("LogicalResourceId")
        found = resources_of(self._find())
        return ActionResult(
            {"StackResources": [item for item in found if wanted in (None, item["LogicalResourceId"])]}
        )

    def list_stack_resources(self):
        return ActionResult({"StackResourceSummaries": resources_of(self._find())})

    def get_template(self):
        return ActionResult({"TemplateBody": self._find().template_text})

    def get_template_summary(self):
        name = self._get_param("StackName")
        template = parse_template(self._find().template_text if name else self._text())
        return ActionResult(
            {
                "Parameters": [
                    {"ParameterKey": key, "ParameterType": slot["Type"], "DefaultValue": slot.get("Default")}
                    for key, slot in template.get("Parameters", {}).items()
                ],
                "ResourceTypes": sorted({item["Type"] for item in template["Resources"].values()}),
            }
        )

    def create_change_set(self):
        kind = self._get_param("ChangeSetType", "UPDATE")
        name = self._get_param("StackName")
        if kind == "CREATE":
            known = [
                stack
                for stack in stacks.all_stacks(self.current_account, self.region)
                if stack.name == name and stack.status == "REVIEW_IN_PROGRESS"
            ]
            new = (self.current_account, self.region, name, self._parameters(), self._tags())
            stack = known[0] if known else stacks.new_stack(*new)
        else:
            stack = self._find()
        change_set = change_sets.add(
            change_sets.ChangeSet(
                stack,
                self._get_param("ChangeSetName"),
                kind,
                self._text(stack.template_text),
                self._parameters(stack.parameters),
                self._tags(),
            )
        )
        return ActionResult({"Id": change_set.id, "StackId": stack.id})

    def _change_set(self):
        name = self._get_param("ChangeSetName")
        return change_sets.find(self.current_account, self.region, name, self._get_param("StackName"))

    def describe_change_set(self):
        return ActionResult(self._change_set().describe())

    def list_change_sets(self):
        found = change_sets.of_stack(self._find())
        return ActionResult({"Summaries": [change_set.describe() for change_set in found]})

    def execute_change_set(self):
        self._change_set().execute()
        return EmptyResult()

    def delete_change_set(self):
        # Succeeds without the change set, as long as the stack exists.
        name = self._get_param("ChangeSetName")
        for change_set in change_sets.of_stack(self._find()):
            if name in (change_set.name, change_set.id):
                change_sets.remove(change_set)
        return EmptyResult()


def described(stack):
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "Description": stack.template.get("Description"),
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value} for key, value in stack.parameters.items()
        ],
        "CreationTime": stack.created_at,
        "LastUpdatedTime": stack.updated_at,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason,
        "DisableRollback": False,
        "NotificationARNs": [],
        "Capabilities": [],
        "Outputs": stack.outputs,
        "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
        "EnableTerminationProtection": stack.is_protected,
    }


def resources_of(stack):
    return [
        {
            "StackId": stack.id,
            "StackName": stack.name,
            "LogicalResourceId": resource.logical_id,
            "PhysicalResourceId": resource.physical_id,
            "ResourceType": resource.type,
            "ResourceStatus": resource.status,
            "Timestamp": resource.changed_at,
            "LastUpdatedTimestamp": resource.changed_at,
        }
        for resource in stack.resources.values()
    ]


def install():
    """Replaces moto's operations, and learns the emulator's endpoint from the requests."""
    for name, operation in vars(Api).items():
        if callable(operation):
            setattr(CloudFormationResponse, name, operation)
    CloudFormationResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER = {}
    setup = CloudFormationResponse.setup_class

    def setup_class(self, request, full_url, headers, *more, **options):
        set_endpoint(request.host)
        return setup(self, request, full_url, headers, *more, **options)

    CloudFormationResponse.setup_class = setup_class
