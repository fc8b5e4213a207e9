"""Custom resources: their function runs, and answers to a URL of the emulator.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import json
import uuid

from ..configuration import endpoint
from .base import Handler, RefusedError, register
from .functions import invoke

# Responses of functions, by request id.
responses = {}


class CustomResource(Handler):
    type = "AWS::CloudFormation::CustomResource"

    def do_create(self, stack, resource):
        response = self._request(stack, resource, "Create", resource.properties)
        # Deleted again if the function has created something before it failed.
        resource.physical_id = response.get("PhysicalResourceId")
        self._accept(resource, response)

    def do_update(self, stack, resource, properties):
        more = {
            "PhysicalResourceId": resource.physical_id,
            "OldResourceProperties": as_strings(resource.properties),
        }
        response = self._request(stack, resource, "Update", properties, more)
        self._accept(resource, response)
        resource.physical_id = response["PhysicalResourceId"]

    def do_delete(self, stack, resource):
        more = {"PhysicalResourceId": resource.physical_id}
        self._accept(resource, self._request(stack, resource, "Delete", resource.properties, more))

    def attribute(self, resource, name):
        if name not in resource.model:
            raise RefusedError(
                f"CustomResource attribute error: Vendor response doesn't contain {name} attribute in object"
            )
        return resource.model[name]

    def _accept(self, resource, response):
        if response["Status"] != "SUCCESS":
            raise RefusedError(
                f"Received response status [FAILED] from custom resource. Message returned: {response['Reason']}"
            )
        resource.model = response.get("Data") or {}

    def _request(self, stack, resource, kind, properties, more=None):
        if resource.type == "Custom::Wait":
            # It waits for metrics, which the emulator does not have.
            properties = {**properties, "Seconds": 0}
        request_id = str(uuid.uuid4())
        event = {
            "RequestType": kind,
            "ServiceToken": properties["ServiceToken"],
            "ResponseURL": f"{endpoint()}/moto-api/emulator/responses/{request_id}",
            "StackId": stack.id,
            "RequestId": request_id,
            "LogicalResourceId": resource.logical_id,
            "ResourceType": resource.type,
            "ResourceProperties": as_strings(properties),
            **(more or {}),
        }
        completed = invoke(stack.account, stack.region, properties["ServiceToken"], event)
        text = responses.pop(request_id, None)
        if text is None:
            raise RefusedError(
                "CloudFormation did not receive a response from your Custom Resource. Please check your logs for "
                f"requestId [{request_id}]. Log of the emulated function: {completed.stdout}{completed.stderr}"
            )
        response = json.loads(text)
        missing = {"Status", "PhysicalResourceId", "StackId", "RequestId", "LogicalResourceId"} - set(
            response
        )
        if missing:
            raise RefusedError(f"Invalid response from the custom resource: {sorted(missing)} are missing.")
        return response


def as_strings(value):
    """Returns properties as CloudFormation sends them: every scalar is a string."""
    if isinstance(value, list):
        return [as_strings(item) for item in value]
    if isinstance(value, dict):
        return {name: as_strings(item) for name, item in value.items()}
    return str(value).lower() if isinstance(value, bool) else str(value)


register(CustomResource())
