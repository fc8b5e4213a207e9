"""Load balancers, with deletion protection and the test object of access logs."""

import copy

from moto.elbv2.models import elbv2_backends
from moto.s3.models import s3_backends

from .base import handled, register
from .moto_models import MotoModel
from .secret import is_true


def elb(stack):
    return elbv2_backends[stack.account][stack.region]


def key_values(pairs):
    return {pair["Key"]: str(pair["Value"]) for pair in pairs}


class LoadBalancer(MotoModel):
    def do_create(self, stack, resource):
        super().do_create(stack, resource)
        self._set_attributes(stack, resource, resource.properties)

    def do_update(self, stack, resource, properties):
        if properties.get("Subnets") != resource.properties.get("Subnets"):
            elb(stack).set_subnets(resource.physical_id, properties["Subnets"], [])
        elb(stack).set_security_groups(resource.physical_id, properties["SecurityGroups"])
        # An attribute that the template no longer mentions keeps its value.
        self._set_attributes(stack, resource, properties)

    def do_delete(self, stack, resource):
        if is_true(resource.model.attrs["deletion_protection.enabled"]):
            raise handled(
                f"Load balancer '{resource.physical_id}' cannot be deleted because deletion protection is enabled",
                "InvalidRequest",
            )
        super().do_delete(stack, resource)

    def attribute(self, resource, name):
        balancer = resource.model
        own = {
            "LoadBalancerArn": balancer.arn,
            "LoadBalancerName": balancer.name,
            "LoadBalancerFullName": balancer.arn.split("loadbalancer/")[-1],
            "CanonicalHostedZoneID": balancer.canonical_hosted_zone_id,
        }
        return own[name] if name in own else super().attribute(resource, name)

    def _set_attributes(self, stack, resource, properties):
        wanted = key_values(properties.get("LoadBalancerAttributes", []))
        if is_true(wanted.get("access_logs.s3.enabled")):
            write_test_object(stack, wanted["access_logs.s3.bucket"], wanted.get("access_logs.s3.prefix"))
        elb(stack).modify_load_balancer_attributes(resource.physical_id, wanted)


def write_test_object(stack, bucket, prefix):
    """Writes what Elastic Load Balancing writes when access logs are enabled, to see whether it may.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    backend = s3_backends[stack.account]["aws"]
    if bucket not in backend.buckets:
        raise handled(f"S3Bucket: {bucket} does not exist", "InvalidRequest")
    path = f"AWSLogs/{stack.account}/ELBAccessLogTestFile"
    backend.put_object(bucket, f"{prefix}/{path}" if prefix else path, b"Enable AccessLog for ELB")


class TargetGroup(MotoModel):
    def do_create(self, stack, resource):
        super().do_create(stack, resource)
        self._set_attributes(stack, resource, resource.properties)

    def do_update(self, stack, resource, properties):
        self._set_attributes(stack, resource, properties)
        resource.model.healthcheck_path = properties.get("HealthCheckPath")
        resource.model.matcher = properties.get("Matcher")

    def do_delete(self, stack, resource):
        elb(stack).delete_target_group(resource.physical_id)

    def attribute(self, resource, name):
        group = resource.model
        own = {
            "TargetGroupArn": group.arn,
            "TargetGroupFullName": group.arn.split(":")[-1],
            "TargetGroupName": group.name,
        }
        return own[name] if name in own else super().attribute(resource, name)

    def _set_attributes(self, stack, resource, properties):
        wanted = key_values(properties.get("TargetGroupAttributes", []))
        elb(stack).modify_target_group_attributes(resource.physical_id, wanted)


class Listener(MotoModel):
    attributes = {"ListenerArn": "{}"}

    def do_update(self, stack, resource, properties):
        type(resource.model).update_from_cloudformation_json(
            resource.model, "", {"Properties": copy.deepcopy(properties)}, stack.account, stack.region
        )

    def do_delete(self, stack, resource):
        elb(stack).delete_listener(resource.physical_id)


register(LoadBalancer("AWS::ElasticLoadBalancingV2::LoadBalancer"))
register(TargetGroup("AWS::ElasticLoadBalancingV2::TargetGroup"))
register(Listener("AWS::ElasticLoadBalancingV2::Listener"))
