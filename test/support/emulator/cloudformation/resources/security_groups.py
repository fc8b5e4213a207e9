"""Security groups and their rules."""

from .base import Handler, new_id, register
from .network import Tagged, ec2


class SecurityGroup(Tagged):
    """A security group whose rules an update changes without a new id."""

    attributes = {"GroupId": "{}"}

    def do_update(self, stack, resource, properties):
        # What tests read is the template: moto's rules stay those of the creation.
        self._tag(stack, resource, properties)


class SecurityGroupIngress(Handler):
    """A rule of a security group, also one for a prefix list, which moto's class does not know."""

    type = "AWS::EC2::SecurityGroupIngress"
    attributes = {"Id": "{}"}

    def do_create(self, stack, resource):
        ec2(stack).authorize_security_group_ingress(**rule(resource.properties))
        resource.physical_id = new_id("sgr-").lower()

    def do_update(self, stack, resource, properties):
        pass

    def do_delete(self, stack, resource):
        ec2(stack).revoke_security_group_ingress(**rule(resource.properties))


def rule(properties):
    ranges = [
        {name: properties[name], "Description": properties.get("Description")}
        for name in ("CidrIp", "CidrIpv6")
        if name in properties
    ]
    groups = (
        [{"GroupId": properties["SourceSecurityGroupId"]}] if "SourceSecurityGroupId" in properties else []
    )
    lists = [{"PrefixListId": properties["SourcePrefixListId"]}] if "SourcePrefixListId" in properties else []
    return {
        "group_name_or_id": properties["GroupId"],
        "ip_protocol": properties["IpProtocol"],
        "from_port": properties.get("FromPort"),
        "to_port": properties.get("ToPort"),
        "ip_ranges": ranges,
        "source_groups": groups,
        "prefix_list_ids": lists,
    }


register(SecurityGroup("AWS::EC2::SecurityGroup"))
register(SecurityGroupIngress())
