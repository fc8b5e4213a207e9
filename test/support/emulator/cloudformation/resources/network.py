"""VPCs and what is in them, with the refusals of EC2 that moto does not have."""

import ipaddress

from moto.ec2.models import ec2_backends
from moto.ec2.models.core import TaggedEC2Resource

from .base import RefusedError, handled, register
from .moto_models import MotoModel


def ec2(stack):
    return ec2_backends[stack.account][stack.region]


class Tagged(MotoModel):
    """A resource of EC2, which CloudFormation tags with its stack and logical id."""

    # Called with the backend and the resource.
    deletion = None

    def __init__(self, resource_type, deletion=None, unread=()):
        super().__init__(resource_type, unread=unread)
        self.deletion = deletion
        # Names of EC2 are tags.
        self.name_property = None

    def do_create(self, stack, resource):
        super().do_create(stack, resource)
        self._tag(stack, resource, resource.properties)

    def do_update(self, stack, resource, properties):
        super().do_update(stack, resource, properties)
        self._tag(stack, resource, properties)

    def _tag(self, stack, resource, properties):
        if isinstance(resource.model, TaggedEC2Resource):
            own = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", [])}
            ec2(stack).create_tags(
                [resource.model.physical_resource_id],
                {
                    **own,
                    "aws:cloudformation:stack-name": stack.name,
                    "aws:cloudformation:stack-id": stack.id,
                    "aws:cloudformation:logical-id": resource.logical_id,
                },
            )

    def do_delete(self, stack, resource):
        if self.deletion is None:
            super().do_delete(stack, resource)
        else:
            self.deletion(ec2(stack), resource)


class Vpc(Tagged):
    attributes = {"VpcId": "{}"}

    def do_delete(self, stack, resource):
        left = [
            subnet.id for subnet in ec2(stack).describe_subnets() if subnet.vpc_id == resource.physical_id
        ]
        if left:
            raise handled(
                f"The vpc '{resource.physical_id}' has dependencies and cannot be deleted.", "InvalidRequest"
            )
        super().do_delete(stack, resource)


class Subnet(Tagged):
    """A subnet, in a zone of the account and with addresses of its own."""

    def do_create(self, stack, resource):
        properties = resource.properties
        zones = ec2(stack).describe_availability_zones()
        chosen = {
            name: properties[name]
            for name in ("AvailabilityZone", "AvailabilityZoneId")
            if name in properties
        }
        if len(chosen) != 1:
            raise RefusedError("The emulator expects a subnet with a zone or a zone id, and not both.")
        ((name, value),) = chosen.items()
        found = [
            zone for zone in zones if value == (zone.name if name == "AvailabilityZone" else zone.zone_id)
        ]
        if not found:
            valid = ", ".join(sorted(zone.name for zone in zones))
            raise handled(
                f"Value ({value}) for parameter {name[0].lower() + name[1:]} is invalid. Subnets can currently only "
                f"be created in the following availability zones: {valid}.",
                "InvalidRequest",
            )
        self._check_addresses(stack, properties)
        super().do_create(stack, resource)
        resource.model.map_public_ip_on_launch = str(properties.get("MapPublicIpOnLaunch", False)).lower()

    def model_properties(self, resource):
        properties = super().model_properties(resource)
        zone_id = properties.pop("AvailabilityZoneId", None)
        if zone_id is not None:
            properties["AvailabilityZone"] = zone_named(zone_id)
        return properties

    def _check_addresses(self, stack, properties):
        wanted = ipaddress.ip_network(properties["CidrBlock"])
        vpc = ec2(stack).get_vpc(properties["VpcId"])
        if not any(
            wanted.subnet_of(ipaddress.ip_network(block["cidr_block"]))
            for block in vpc.get_cidr_block_association_set()
        ):
            raise handled(f"The CIDR '{wanted}' is invalid.", "InvalidRequest")
        for subnet in ec2(stack).describe_subnets():
            if subnet.vpc_id == vpc.id and wanted.overlaps(ipaddress.ip_network(subnet.cidr_block)):
                raise handled(f"The CIDR '{wanted}' conflicts with another subnet", "AlreadyExists")

    def do_delete(self, stack, resource):
        backend = ec2(stack)
        gateways = [gateway for gateway in backend.nat_gateways.values() if gateway.state != "deleted"]
        if any(gateway.subnet_id == resource.physical_id for gateway in gateways):
            raise handled(
                f"The subnet '{resource.physical_id}' has dependencies and cannot be deleted.",
                "InvalidRequest",
            )
        super().do_delete(stack, resource)


def zone_named(zone_id):
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

    return next(
        zone.name
        for zones in RegionsAndZonesBackend.zones.values()
        for zone in zones
        if zone.zone_id == zone_id
    )


register(Vpc("AWS::EC2::VPC", unread=["EnableDnsHostnames", "EnableDnsSupport"]))
register(Subnet("AWS::EC2::Subnet", unread=["MapPublicIpOnLaunch"]))
