"""Secrets, which the API of Secrets Manager can read and change."""

import json
import uuid

from moto.secretsmanager.models import secretsmanager_backends

from ..values import normal
from .base import Handler, new_id, register


class Secret(Handler):
    type = "AWS::SecretsManager::Secret"
    name_property = "Name"
    attributes = {"Id": "{}"}

    def do_create(self, stack, resource):
        properties = resource.properties
        backend = secretsmanager_backends[stack.account][stack.region]
        secret = backend.create_secret(
            name=properties.get("Name", f"{resource.logical_id}-{new_id('', 12)}"),
            secret_string=new_value(backend, properties),
            secret_binary=None,
            description=properties.get("Description"),
            tags=properties.get("Tags"),
            kms_key_id=properties.get("KmsKeyId"),
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
        resource.physical_id = json.loads(secret)["ARN"]

    def do_update(self, stack, resource, properties):
        backend = secretsmanager_backends[stack.account][stack.region]
        change = {"secret_id": resource.physical_id, "description": properties.get("Description")}
        backend.update_secret(**change, client_request_token=str(uuid.uuid4()))
        # Other changes keep the value, which an operator may have stored.
        for name in ("GenerateSecretString", "SecretString"):
            if normal(properties.get(name)) != normal(resource.properties.get(name)) and name in properties:
                value = new_value(backend, properties)
                backend.update_secret(**change, secret_string=value, client_request_token=str(uuid.uuid4()))

    def do_delete(self, stack, resource):
        # CloudFormation leaves no recovery window.
        secretsmanager_backends[stack.account][stack.region].delete_secret(
            secret_id=resource.physical_id, recovery_window_in_days=None, force_delete_without_recovery=True
        )


def new_value(backend, properties):
    """Returns the value of the template, or a generated string, which may be a field of a JSON object."""
    if "GenerateSecretString" not in properties:
        return properties.get("SecretString")
    wanted = properties["GenerateSecretString"]
    response = backend.get_random_password(
        password_length=int(wanted.get("PasswordLength", 32)),
        exclude_characters=wanted.get("ExcludeCharacters", ""),
        exclude_numbers=is_true(wanted.get("ExcludeNumbers")),
        exclude_punctuation=is_true(wanted.get("ExcludePunctuation")),
        exclude_uppercase=is_true(wanted.get("ExcludeUppercase")),
        exclude_lowercase=is_true(wanted.get("ExcludeLowercase")),
        include_space=is_true(wanted.get("IncludeSpace")),
        require_each_included_type=is_true(wanted.get("RequireEachIncludedType", True)),
    )
    password = json.loads(response)["RandomPassword"]
    if "GenerateStringKey" not in wanted:
        return password
    fields = json.loads(wanted["SecretStringTemplate"])
    return json.dumps({**fields, wanted["GenerateStringKey"]: password})


def is_true(value):
    return str(value).lower() == "true"


register(Secret())
