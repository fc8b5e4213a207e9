"""Distributions, functions and VPC origins. They are global: every region sees them."""

from moto.elbv2.models import elbv2_backends

from .base import handled, new_id, register
from .recorded import Recorded

# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
ZONES_WITHOUT_VPC_ORIGINS = {"use1-az3", "usw1-az2", "apne1-az3", "cac1-az3"}

# Distributions by id, of all stacks.
distributions = {}


def origins_of(distribution):
    return distribution.properties["DistributionConfig"].get("Origins", [])


def origin_ids(origins):
    return {origin.get("VpcOriginConfig", {}).get("VpcOriginId") for origin in origins} - {None}


class Distribution(Recorded):
    def __init__(self):
        super().__init__("AWS::CloudFront::Distribution", {"Id": "{}", "DomainName": "{}.cloudfront.net"})

    def do_create(self, stack, resource):
        self._check(resource.properties)
        resource.physical_id = new_id("E")
        distributions[resource.physical_id] = resource

    def do_update(self, stack, resource, properties):
        self._check(properties)

    def do_delete(self, stack, resource):
        del distributions[resource.physical_id]

    def attribute(self, resource, name):
        return (
            super().attribute(resource, name).lower()
            if name == "DomainName"
            else super().attribute(resource, name)
        )

    def _check(self, properties):
        unknown = origin_ids(properties["DistributionConfig"].get("Origins", [])) - set(vpc_origins)
        if unknown:
            raise handled(f"The specified VPC origin does not exist: {sorted(unknown)}", "InvalidRequest")


# VPC origins by id, of all stacks.
vpc_origins = {}


class VpcOrigin(Recorded):
    """A VPC origin, which CloudFront neither changes nor deletes while a distribution uses it."""

    def __init__(self):
        super().__init__("AWS::CloudFront::VpcOrigin", {"Id": "{}"}, is_global=True)

    def unique_name(self, stack, properties):
        return (self.type, stack.account, None, properties["VpcOriginEndpointConfig"]["Name"])

    def taken_message(self, name):
        return handled("Another vpc origin with the same name already exists", "AlreadyExists")

    def do_create(self, stack, resource):
        self._check_zones(stack, resource.properties)
        resource.physical_id = new_id("vo_", 22)
        resource.model = {"Arn": f"arn:aws:cloudfront::{stack.account}:vpcorigin/{resource.physical_id}"}
        vpc_origins[resource.physical_id] = resource

    def do_update(self, stack, resource, properties):
        self._check_use(resource)
        self._check_zones(stack, properties)

    def do_delete(self, stack, resource):
        self._check_use(resource)
        del vpc_origins[resource.physical_id]

    def attribute(self, resource, name):
        return resource.model["Arn"] if name == "Arn" else super().attribute(resource, name)

    def _check_use(self, resource):
        if any(resource.physical_id in origin_ids(origins_of(item)) for item in distributions.values()):
            # https://github.com/aws/aws-cdk/issues/35765
            raise handled(
                "Invalid request provided: AWS::CloudFront::VpcOrigin: The specified VPC origin is currently "
                "associated with one or more distributions. Please disassociate the VPC origin from all "
                "distributions before updating or deleting (Service: CloudFront, Status Code: 409)",
                "InvalidRequest",
            )

    def _check_zones(self, stack, properties):
        arn = properties["VpcOriginEndpointConfig"]["Arn"]
        balancer = elbv2_backends[stack.account][stack.region].load_balancers.get(arn)
        if balancer is None:
            raise handled(f"The specified resource does not exist: {arn}", "InvalidRequest")
        excluded = sorted(
            {subnet.availability_zone_id for subnet in balancer.subnets} & ZONES_WITHOUT_VPC_ORIGINS
        )
        if excluded:
            raise handled(
                f"VPC origins are not supported in the Availability Zones of the resource: {', '.join(excluded)}",
                "InvalidRequest",
            )


class Function(Recorded):
    """A CloudFront function, whose code tests read from `control.py`."""

    def __init__(self):
        super().__init__("AWS::CloudFront::Function", {}, "Name", is_global=True)

    def do_create(self, stack, resource):
        name = resource.properties["Name"]
        resource.physical_id = f"arn:aws:cloudfront::{stack.account}:function/{name}"

    def attribute(self, resource, name):
        if name in ("FunctionARN", "FunctionMetadata.FunctionARN"):
            return resource.physical_id
        return super().attribute(resource, name)

    def do_delete(self, stack, resource):
        behaviors = [
            item.properties["DistributionConfig"].get("DefaultCacheBehavior", {})
            for item in distributions.values()
        ]
        used = {
            association.get("FunctionARN")
            for behavior in behaviors
            for association in behavior.get("FunctionAssociations", [])
        }
        if resource.physical_id in used:
            raise handled("The function is associated with a distribution.", "ResourceConflict")


class Policy(Recorded):
    """A cache, origin request or response headers policy: its name is in its configuration."""

    def __init__(self, resource_type, configuration):
        super().__init__(resource_type, {"Id": "{}"}, is_global=True)
        self.configuration = configuration

    def unique_name(self, stack, properties):
        return (self.type, stack.account, None, properties[self.configuration]["Name"])


for handler in (
    Distribution(),
    VpcOrigin(),
    Function(),
    Policy("AWS::CloudFront::CachePolicy", "CachePolicyConfig"),
    Policy("AWS::CloudFront::OriginRequestPolicy", "OriginRequestPolicyConfig"),
    Policy("AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicyConfig"),
):
    register(handler)
