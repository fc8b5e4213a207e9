"""What keeps data: tables, buckets, log groups and parameters."""

from moto.dynamodb.models import dynamodb_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends
from moto.ssm.models import ssm_backends

from .base import handled, register
from .moto_models import MotoModel
from .secret import is_true


class Table(MotoModel):
    """A table whose items the API can read, with a TTL."""

    def do_create(self, stack, resource):
        super().do_create(stack, resource)
        self._set_time_to_live(stack, resource, resource.properties)

    def do_update(self, stack, resource, properties):
        self._set_time_to_live(stack, resource, properties)

    def is_replaced(self, old, new):
        return any(old.get(name) != new.get(name) for name in ("KeySchema", "AttributeDefinitions"))

    def do_delete(self, stack, resource):
        if is_true(resource.properties.get("DeletionProtectionEnabled")):
            raise handled("Table is protected against deletion.", "InvalidRequest")
        super().do_delete(stack, resource)

    def _set_time_to_live(self, stack, resource, properties):
        wanted = properties.get("TimeToLiveSpecification")
        if wanted is not None:
            specification = {**wanted, "Enabled": is_true(wanted["Enabled"])}
            backend = dynamodb_backends[stack.account][stack.region]
            backend.update_time_to_live(resource.physical_id, specification)


class Bucket(MotoModel):
    """A bucket, which can only be deleted when it is empty."""

    def do_create(self, stack, resource):
        if resource.properties.get("BucketName") in s3_backends[stack.account]["aws"].buckets:
            raise handled(f"{resource.properties['BucketName']} already exists", "AlreadyExists")
        super().do_create(stack, resource)

    def do_delete(self, stack, resource):
        bucket = s3_backends[stack.account]["aws"].get_bucket(resource.physical_id)
        if any(True for _ in bucket.keys.values()):
            raise handled(
                f"The bucket you tried to delete is not empty (Bucket: {resource.physical_id})",
                "GeneralServiceException",
            )
        super().do_delete(stack, resource)


class LogGroup(MotoModel):
    def do_create(self, stack, resource):
        name = resource.properties.get("LogGroupName")
        if name in logs_backends[stack.account][stack.region].groups:
            raise handled(
                f"Resource of type '{self.type}' with identifier '{name}' already exists.", "AlreadyExists"
            )
        super().do_create(stack, resource)

    def do_update(self, stack, resource, properties):
        days = properties.get("RetentionInDays")
        logs_backends[stack.account][stack.region].put_retention_policy(
            resource.physical_id, days and str(days)
        )

    def do_delete(self, stack, resource):
        logs_backends[stack.account][stack.region].delete_log_group(resource.physical_id)


class Parameter(MotoModel):
    def do_update(self, stack, resource, properties):
        ssm_backends[stack.account][stack.region].delete_parameter(resource.physical_id)
        resource.model = type(resource.model).create_from_cloudformation_json(
            resource.physical_id, {"Type": self.type, "Properties": properties}, stack.account, stack.region
        )


register(Table("AWS::DynamoDB::Table"))
register(
    Bucket(
        "AWS::S3::Bucket",
        is_global=True,
        unread=["LifecycleConfiguration", "BucketEncryption", "OwnershipControls"],
    )
)
register(LogGroup("AWS::Logs::LogGroup"))
register(Parameter("AWS::SSM::Parameter"))
