"""Types that moto creates. Their updates are here, because moto's lose ids or properties."""

import copy

from moto.acm.models import acm_backends
from moto.cloudformation import parsing
from moto.cloudwatch.models import cloudwatch_backends
from moto.core.utils import pascal_to_camelcase, remap_nested_keys
from moto.dynamodb.models import dynamodb_backends
from moto.ecs.models import ecs_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.route53.models import route53_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.ssm.models import ssm_backends

from .base import Handler, RefusedError, handled, register
from .secret import is_true

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


class TaskDefinition(MotoModel):
    """A task definition with all of its properties, of which moto's class drops most."""

    def do_create(self, stack, resource):
        wanted = remap_nested_keys(resource.properties, pascal_to_camelcase)
        resource.model = ecs_backends[stack.account][stack.region].register_task_definition(
            family=wanted.get("family", f"{stack.name}{resource.logical_id}"),
            container_definitions=wanted["containerDefinitions"],
            volumes=wanted.get("volumes"),
            network_mode=wanted.get("networkMode"),
            requires_compatibilities=wanted.get("requiresCompatibilities"),
            cpu=wanted.get("cpu"),
            memory=wanted.get("memory"),
            task_role_arn=wanted.get("taskRoleArn"),
            execution_role_arn=wanted.get("executionRoleArn"),
            runtime_platform=wanted.get("runtimePlatform"),
        )
        resource.physical_id = resource.model.arn

    def unique_name(self, stack, properties):
        # A family has many revisions.
        return None

    def do_delete(self, stack, resource):
        ecs_backends[stack.account][stack.region].deregister_task_definition(resource.physical_id)


class Service(MotoModel):
    """A service on Fargate."""

    def do_create(self, stack, resource):
        wanted = remap_nested_keys(resource.properties, pascal_to_camelcase)
        name = parsing.generate_resource_name(self.type, stack.name, resource.logical_id)
        resource.model = ecs_backends[stack.account][stack.region].create_service(
            cluster_str=wanted["cluster"],
            service_name=wanted.get("serviceName", name),
            desired_count=int(wanted.get("desiredCount", 1)),
            task_definition_str=wanted["taskDefinition"],
            load_balancers=wanted.get("loadBalancers"),
            launch_type=wanted.get("launchType"),
            propagate_tags=wanted.get("propagateTags", "NONE"),
            network_configuration=wanted["networkConfiguration"],
        )
        resource.physical_id = resource.model.physical_resource_id

    def do_update(self, stack, resource, properties):
        wanted = remap_nested_keys(properties, pascal_to_camelcase)
        backend = ecs_backends[stack.account][stack.region]
        backend.update_service(
            {
                "cluster": wanted["cluster"],
                "service": resource.model.name,
                "task_definition": wanted["taskDefinition"],
                "desired_count": int(wanted["desiredCount"]) if "desiredCount" in wanted else None,
            }
        )
        resource.model.network_configuration = wanted["networkConfiguration"]
        resource.model.load_balancers = wanted.get("loadBalancers")

    def do_delete(self, stack, resource):
        backend = ecs_backends[stack.account][stack.region]
        backend.delete_service(resource.properties["Cluster"], resource.model.name, force=True)


class Cluster(MotoModel):
    def do_delete(self, stack, resource):
        ecs_backends[stack.account][stack.region].delete_cluster(resource.physical_id)


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
                f"The bucket you tried to delete is not empty (Bucket: {resource.physical_id})", "GeneralServiceException"
            )
        super().do_delete(stack, resource)


class LogGroup(MotoModel):
    def do_create(self, stack, resource):
        name = resource.properties.get("LogGroupName")
        if name in logs_backends[stack.account][stack.region].groups:
            raise handled(f"Resource of type '{self.type}' with identifier '{name}' already exists.", "AlreadyExists")
        super().do_create(stack, resource)

    def do_update(self, stack, resource, properties):
        days = properties.get("RetentionInDays")
        logs_backends[stack.account][stack.region].put_retention_policy(resource.physical_id, days and str(days))

    def do_delete(self, stack, resource):
        logs_backends[stack.account][stack.region].delete_log_group(resource.physical_id)


class InlinePolicy(MotoModel):
    """A policy in roles, which keeps its id in an update."""

    def do_update(self, stack, resource, properties):
        super().do_delete(stack, resource)
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
        if resource.properties.get("RoleName") in {role.name for role in iam_backends[stack.account]["aws"].roles.values()}:
            raise handled(f"Role with name {resource.properties['RoleName']} already exists.", "AlreadyExists")
        super().do_create(stack, resource)

    def do_update(self, stack, resource, properties):
        backend = iam_backends[stack.account]["aws"]
        backend.update_assume_role_policy(resource.physical_id, as_json(properties["AssumeRolePolicyDocument"]))
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
    import json

    return document if isinstance(document, str) else json.dumps(document)


class Topic(MotoModel):
    def do_create(self, stack, resource):
        name = resource.properties.get("TopicName")
        if any(topic.name == name for topic in sns_backends[stack.account][stack.region].topics.values()):
            raise handled(f"{name} already exists", "AlreadyExists")
        super().do_create(stack, resource)

    def do_update(self, stack, resource, properties):
        backend = sns_backends[stack.account][stack.region]
        if properties.get("Subscription") != resource.properties.get("Subscription"):
            raise RefusedError("the emulator cannot update the subscriptions of a topic: add it")
        backend.set_topic_attribute(resource.physical_id, "DisplayName", properties.get("DisplayName", ""))


class Dashboard(MotoModel):
    def do_update(self, stack, resource, properties):
        backend = cloudwatch_backends[stack.account][stack.region]
        backend.put_dashboard(name=resource.physical_id, body=properties["DashboardBody"])


class RecordSet(MotoModel):
    def do_update(self, stack, resource, properties):
        old, resource.properties = resource.properties, properties
        try:
            super().do_create(stack, resource)
        finally:
            resource.properties = old


class HostedZone(MotoModel):
    def do_delete(self, stack, resource):
        route53_backends[stack.account]["aws"].delete_hosted_zone(resource.physical_id)


class Parameter(MotoModel):
    def do_update(self, stack, resource, properties):
        ssm_backends[stack.account][stack.region].delete_parameter(resource.physical_id)
        resource.model = type(resource.model).create_from_cloudformation_json(
            resource.physical_id, {"Type": self.type, "Properties": properties}, stack.account, stack.region
        )


class Certificate(Handler):
    """A certificate for listeners, without domain validation."""

    type = "AWS::CertificateManager::Certificate"
    attributes = {"Id": "{}"}

    def do_create(self, stack, resource):
        resource.physical_id = acm_backends[stack.account][stack.region].request_certificate(
            domain_name=resource.properties["DomainName"],
            idempotency_token=None,
            subject_alt_names=resource.properties.get("SubjectAlternativeNames", []),
            tags=resource.properties.get("Tags", []),
        )

    def do_update(self, stack, resource, properties):
        pass

    def do_delete(self, stack, resource):
        acm_backends[stack.account][stack.region].delete_certificate(resource.physical_id)


register(Table("AWS::DynamoDB::Table"))
register(TaskDefinition("AWS::ECS::TaskDefinition"))
register(Service("AWS::ECS::Service"))
register(Cluster("AWS::ECS::Cluster", unread=["ClusterSettings"]))
register(Bucket("AWS::S3::Bucket", is_global=True, unread=["LifecycleConfiguration", "BucketEncryption", "OwnershipControls"]))
register(LogGroup("AWS::Logs::LogGroup"))
register(InlinePolicy("AWS::IAM::Policy", is_global=True))
register(Role("AWS::IAM::Role", is_global=True))
register(MotoModel("AWS::IAM::ManagedPolicy", is_global=True))
register(Topic("AWS::SNS::Topic"))
register(MotoModel("AWS::SQS::Queue"))
register(Dashboard("AWS::CloudWatch::Dashboard"))
register(RecordSet("AWS::Route53::RecordSet", is_global=True))
register(HostedZone("AWS::Route53::HostedZone", is_global=True))
register(Parameter("AWS::SSM::Parameter"))
register(MotoModel("AWS::ECR::Repository"))
register(MotoModel("AWS::KMS::Key"))
register(MotoModel("AWS::KMS::Alias"))
register(Certificate())
