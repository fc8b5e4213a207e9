"""Roles and policies of IAM."""

import json

from moto.iam.models import iam_backends

from .base import handled, register
from .moto_models import MotoModel


class InlinePolicy(MotoModel):
    """A policy in roles, which keeps its id in an update."""

    def do_update(self, stack, resource, properties):
        self.do_delete(stack, resource)
        physical_id = resource.physical_id
        old, resource.properties = resource.properties, properties
        try:
            super().do_create(stack, resource)
        finally:
            resource.properties, resource.physical_id = old, physical_id

    def do_delete(self, stack, resource):
        backend = iam_backends[stack.account]["aws"]
        for role in resource.properties.get("Roles", []):
            if resource.model.policy_name in backend.get_role(role).policies:
                backend.delete_role_policy(role, resource.model.policy_name)
        for name, policy in list(backend.inline_policies.items()):
            if policy is resource.model:
                del backend.inline_policies[name]


class Role(MotoModel):
    def do_create(self, stack, resource):
        if resource.properties.get("RoleName") in {
            role.name for role in iam_backends[stack.account]["aws"].roles.values()
        }:
            raise handled(
                f"Role with name {resource.properties['RoleName']} already exists.", "AlreadyExists"
            )
        super().do_create(stack, resource)

    def do_update(self, stack, resource, properties):
        backend = iam_backends[stack.account]["aws"]
        backend.update_assume_role_policy(
            resource.physical_id, as_json(properties["AssumeRolePolicyDocument"])
        )
        for policy in resource.properties.get("Policies", []):
            backend.delete_role_policy(resource.physical_id, policy["PolicyName"])
        for policy in properties.get("Policies", []):
            document = as_json(policy["PolicyDocument"])
            backend.put_role_policy(resource.physical_id, policy["PolicyName"], document)

    def do_delete(self, stack, resource):
        backend = iam_backends[stack.account]["aws"]
        role = backend.get_role(resource.physical_id)
        own = {policy["PolicyName"] for policy in resource.properties.get("Policies", [])}
        foreign = sorted(set(role.policies) - own)
        if foreign:
            raise handled(f"Cannot delete entity, must delete policies first: {foreign}", "InvalidRequest")
        super().do_delete(stack, resource)


def as_json(document):
    return document if isinstance(document, str) else json.dumps(document)


register(InlinePolicy("AWS::IAM::Policy", is_global=True))
register(Role("AWS::IAM::Role", is_global=True))
register(MotoModel("AWS::IAM::ManagedPolicy", is_global=True))
