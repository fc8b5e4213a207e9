"""Runs moto's server with the additions to its CloudFormation that this project's stack needs.

moto serves the APIs of most services, but its CloudFormation supports only some resource types and
properties, and silently ignores the others. This script adds secrets, certificates and missing
properties, replaces resources that nothing reads with placeholders that can be referenced, and fails
the deployment on any other type.

    python3 moto_cfn.py -H 127.0.0.1 -p 5000

It exits when its standard input is closed, so it never outlives the process that started it.
"""

import json
import os
import sys
import threading

from moto.acm.models import acm_backends
from moto.cloudformation import parsing
from moto.cloudformation.custom_model import CustomModel
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException, ValidationError
from moto.core.common_models import CloudFormationModel
from moto.core.utils import pascal_to_camelcase, remap_nested_keys
from moto.dynamodb.models import Table, dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.ec2.models.security_groups import SecurityGroupIngress
from moto.ecs.models import Service, TaskDefinition, ecs_backends
from moto.elbv2.models import FakeLoadBalancer, FakeTargetGroup, elbv2_backends
from moto.moto_api._internal import mock_random
from moto.route53.models import HostedZoneIdentifier
from moto.secretsmanager.models import secretsmanager_backends
from moto.server import main

# moto registers each class by the second part of its module's name, which a script does not have.
MODULE = "moto.cloudformation_additions"

# Types that nothing reads, with their `Fn::GetAtt` attributes.
PLACEHOLDERS = {
    "AWS::ApplicationAutoScaling::ScalableTarget": {},
    "AWS::ApplicationAutoScaling::ScalingPolicy": {"Arn": "arn:aws:autoscaling:::{}"},
    "AWS::CDK::Metadata": {},
    "AWS::CloudFront::Distribution": {"Id": "{}", "DomainName": "{}.cloudfront.net"},
    "AWS::CloudFront::VpcOrigin": {"Id": "{}", "Arn": "arn:aws:cloudfront:::vpcorigin/{}"},
    "AWS::CloudWatch::Alarm": {"Arn": "arn:aws:cloudwatch:::alarm:{}"},
    "AWS::CloudWatch::CompositeAlarm": {"Arn": "arn:aws:cloudwatch:::alarm:{}"},
    "AWS::CloudWatch::InsightRule": {
        "Arn": "arn:aws:cloudwatch:::insight-rule/{}",
        "RuleName": "{}",
    },
    "AWS::EC2::SecurityGroupEgress": {"Id": "{}"},
    "AWS::Logs::MetricFilter": {},
    "AWS::Logs::QueryDefinition": {"QueryDefinitionId": "{}"},
    "AWS::S3::BucketPolicy": {},
    "AWS::SNS::Subscription": {"Arn": "arn:aws:sns:::{}"},
    "AWS::SNS::TopicPolicy": {"Id": "{}"},
    "AWS::WAFv2::IPSet": {"Id": "{}", "Arn": "arn:aws:wafv2:::regional/ipset/{}"},
    "AWS::WAFv2::LoggingConfiguration": {},
    "AWS::WAFv2::WebACL": {"Id": "{}", "Arn": "arn:aws:wafv2:::regional/webacl/{}"},
    "AWS::WAFv2::WebACLAssociation": {},
}


class Addition:
    """Base class of the added resources, which are created at once and have only an id."""

    name_property = ""

    def __init__(self, physical_resource_id):
        self.physical_resource_id = physical_resource_id

    @classmethod
    def cloudformation_type(cls):
        return cls.type

    @classmethod
    def cloudformation_name_type(cls):
        return cls.name_property

    @classmethod
    def has_cfn_attr(cls, attribute):
        return attribute in cls.attributes

    def get_cfn_attribute(self, attribute):
        if attribute not in self.attributes:
            raise UnformattedGetAttTemplateException()
        return self.attributes[attribute].format(self.physical_resource_id)

    def is_created(self):
        return True

    def delete(self, account_id, region):
        pass

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name, cloudformation_json, account_id, region_name, **_
    ):
        properties = cloudformation_json["Properties"]
        return cls(cls.create(resource_name, properties, account_id, region_name))

    @staticmethod
    def create(name, properties, account, region):
        """Creates the resource and returns the value of `Ref`."""
        # Short like an AWS id: it may be part of a host name.
        return f"e{mock_random.get_random_hex(13)}"


class Secret(Addition, CloudFormationModel):
    """A secret that the API of Secrets Manager can read and change."""

    __module__ = MODULE
    type = "AWS::SecretsManager::Secret"
    name_property = "Name"
    attributes = {"Id": "{}"}

    @staticmethod
    def create(name, properties, account, region):
        backend = secretsmanager_backends[account][region]
        value = properties.get("SecretString")
        if "GenerateSecretString" in properties:
            value = generated_secret(backend, properties["GenerateSecretString"])
        secret = backend.create_secret(
            name=name,
            secret_string=value,
            secret_binary=None,
            description=properties.get("Description"),
            tags=properties.get("Tags"),
            kms_key_id=properties.get("KmsKeyId"),
            client_request_token=None,
            replica_regions=[],
            force_overwrite=False,
        )
        return json.loads(secret)["ARN"]


def generated_secret(backend, wanted):
    """Returns the generated string, or the template with the string as a field."""
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


class Certificate(Addition, CloudFormationModel):
    """A certificate for listeners, without domain validation."""

    __module__ = MODULE
    type = "AWS::CertificateManager::Certificate"
    attributes = {}

    @staticmethod
    def create(name, properties, account, region):
        return acm_backends[account][region].request_certificate(
            domain_name=properties["DomainName"],
            idempotency_token=None,
            subject_alt_names=properties.get("SubjectAlternativeNames", []),
            tags=properties.get("Tags", []),
        )


def placeholder(resource_type, attributes):
    """Returns a class of resources that have only an id."""
    fields = {"__module__": MODULE, "type": resource_type, "attributes": attributes}
    return type(resource_type.replace("::", ""), (Addition, CloudFormationModel), fields)


def completes(model):
    """Decorates a function that adds properties to a resource that moto has created."""

    def decorate(complete):
        create = model.create_from_cloudformation_json.__func__

        def create_complete(cls, resource_name, cloudformation_json, account_id, region_name, **more):
            resource = create(
                cls, resource_name, cloudformation_json, account_id, region_name, **more
            )
            complete(resource, cloudformation_json["Properties"], account_id, region_name)
            return resource

        model.create_from_cloudformation_json = classmethod(create_complete)
        return complete

    return decorate


def creates(model):
    """Decorates a function that creates resources instead of moto."""

    def decorate(create):
        def create_instead(_, resource_name, cloudformation_json, account_id, region_name, **more):
            properties = cloudformation_json["Properties"]
            return create(resource_name, properties, account_id, region_name, **more)

        model.create_from_cloudformation_json = classmethod(create_instead)
        return create

    return decorate


@completes(FakeLoadBalancer)
def set_load_balancer_attributes(balancer, properties, account, region):
    attributes = key_values(properties.get("LoadBalancerAttributes", []))
    elbv2_backends[account][region].modify_load_balancer_attributes(balancer.arn, attributes)


@completes(FakeTargetGroup)
def set_target_group_attributes(group, properties, account, region):
    attributes = key_values(properties.get("TargetGroupAttributes", []))
    elbv2_backends[account][region].modify_target_group_attributes(group.arn, attributes)


def key_values(pairs):
    return {pair["Key"]: str(pair["Value"]) for pair in pairs}


@completes(Table)
def set_time_to_live(table, properties, account, region):
    if "TimeToLiveSpecification" in properties:
        wanted = properties["TimeToLiveSpecification"]
        specification = {**wanted, "Enabled": is_true(wanted["Enabled"])}
        dynamodb_backends[account][region].update_time_to_live(table.name, specification)


@creates(TaskDefinition)
def register_task_definition(name, properties, account, region, **_):
    wanted = remap_nested_keys(properties, pascal_to_camelcase)
    return ecs_backends[account][region].register_task_definition(
        family=wanted.get("family", name),
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


@creates(Service)
def create_service(name, properties, account, region, **_):
    wanted = remap_nested_keys(properties, pascal_to_camelcase)
    return ecs_backends[account][region].create_service(
        cluster_str=wanted["cluster"],
        service_name=name,
        desired_count=int(wanted.get("desiredCount", 1)),
        task_definition_str=wanted["taskDefinition"],
        load_balancers=wanted.get("loadBalancers"),
        launch_type=wanted.get("launchType"),
        propagate_tags=wanted.get("propagateTags", "NONE"),
        network_configuration=wanted["networkConfiguration"],
    )


@creates(CustomModel)
def succeed_immediately(name, properties, account, region, LogicalId, **_):
    """Replaces custom resources, whose Lambda functions moto would run in Docker, with empty data."""
    resource = CustomModel(region, "request", LogicalId, name)
    resource.set_data({})
    return resource


create_ingress = SecurityGroupIngress.create_from_cloudformation_json


@creates(SecurityGroupIngress)
def allow_ingress(name, properties, account, region, **more):
    prefix_list = properties.get("SourcePrefixListId")
    if prefix_list is None:
        return create_ingress(name, {"Properties": properties}, account, region, **more)
    backend = ec2_backends[account][region]
    _, group = backend.authorize_security_group_ingress(
        group_name_or_id=properties["GroupId"],
        ip_protocol=properties["IpProtocol"],
        from_port=properties["FromPort"],
        to_port=properties["ToPort"],
        ip_ranges=[],
        prefix_list_ids=[{"PrefixListId": prefix_list}],
    )
    return SecurityGroupIngress(group, properties)


def add_attributes(model, attributes):
    """Adds `Fn::GetAtt` attributes to a type that moto supports."""
    known = getattr(model, "get_cfn_attribute", None)

    def get_cfn_attribute(self, attribute):
        if attribute in attributes:
            return attributes[attribute](self)
        if known is None:
            raise UnformattedGetAttTemplateException()
        return known(self, attribute)

    model.get_cfn_attribute = get_cfn_attribute


def begin_zone_ids_with_z():
    """Makes hosted zone ids start with Z, as in AWS."""
    generate = HostedZoneIdentifier.generate

    def generate_with_z(self, **options):
        return f"Z{generate(self, **options)}"

    HostedZoneIdentifier.generate = generate_with_z


def fail_on_unknown_types():
    """Fails on unsupported types, which moto would silently ignore."""
    known = parsing.resource_class_from_type

    def resource_class_from_type(resource_type):
        model = known(resource_type)
        if model is None and resource_type not in parsing.NULL_MODELS:
            raise ValidationError(
                message=f"moto does not support {resource_type}: add it to {os.path.basename(__file__)}."
            )
        return model

    parsing.resource_class_from_type = resource_class_from_type


def exit_with_standard_input():
    def wait():
        sys.stdin.read()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    # moto finds the classes as long as they are referenced.
    placeholders = [placeholder(*entry) for entry in PLACEHOLDERS.items()]
    add_attributes(
        FakeTargetGroup,
        {
            "TargetGroupFullName": lambda group: group.arn.split(":")[-1],
            "TargetGroupName": lambda group: group.name,
        },
    )
    add_attributes(
        FakeLoadBalancer,
        {
            "LoadBalancerArn": lambda balancer: balancer.arn,
            "LoadBalancerFullName": lambda balancer: balancer.arn.split("loadbalancer/")[-1],
            "CanonicalHostedZoneID": lambda balancer: balancer.canonical_hosted_zone_id,
        },
    )
    begin_zone_ids_with_z()
    fail_on_unknown_types()
    exit_with_standard_input()
    main(sys.argv[1:])
