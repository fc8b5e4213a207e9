"""Gateways, addresses, routes and endpoints of VPCs."""

from .base import register
from .network import Tagged, ec2


class ElasticIp(Tagged):
    def attribute(self, resource, name):
        return resource.model.allocation_id if name == "AllocationId" else super().attribute(resource, name)


class RouteTableAssociation(Tagged):
    """The route table of a subnet. moto's class has the table's id instead of its own."""

    attributes = {"Id": "{}"}

    def do_create(self, stack, resource):
        properties = resource.properties
        resource.physical_id = ec2(stack).associate_route_table(
            route_table_id=properties["RouteTableId"], subnet_id=properties["SubnetId"]
        )


class Route(Tagged):
    def do_update(self, stack, resource, properties):
        ec2(stack).delete_route(properties["RouteTableId"], properties["DestinationCidrBlock"])
        old, resource.properties = resource.properties, properties
        try:
            self.do_create(stack, resource)
        finally:
            resource.properties = old


class Endpoint(Tagged):
    """A gateway endpoint, with a route in each of its tables."""

    def do_update(self, stack, resource, properties):
        super().do_update(stack, resource, properties)
        old, new = set(resource.model.route_table_ids), set(properties.get("RouteTableIds", []))
        prefix_list = resource.model.destination_prefix_list_id
        for table in old - new:
            ec2(stack).delete_route(table, prefix_list)
        for table in new - old:
            ec2(stack).create_route(
                table, None, gateway_id=resource.physical_id, destination_prefix_list_id=prefix_list
            )
        resource.model.route_table_ids = sorted(new)


register(
    ElasticIp(
        "AWS::EC2::EIP", lambda backend, item: backend.release_address(allocation_id=item.model.allocation_id)
    )
)
register(Tagged("AWS::EC2::FlowLog", lambda backend, item: backend.delete_flow_logs([item.physical_id])))
register(
    Tagged(
        "AWS::EC2::InternetGateway", lambda backend, item: backend.delete_internet_gateway(item.physical_id)
    )
)
register(Tagged("AWS::EC2::NatGateway", lambda backend, item: backend.delete_nat_gateway(item.physical_id)))
register(
    Route(
        "AWS::EC2::Route",
        lambda backend, item: backend.delete_route(
            item.properties["RouteTableId"], item.properties["DestinationCidrBlock"]
        ),
    )
)
register(Tagged("AWS::EC2::RouteTable", lambda backend, item: backend.delete_route_table(item.physical_id)))
register(
    RouteTableAssociation(
        "AWS::EC2::SubnetRouteTableAssociation",
        lambda backend, item: backend.disassociate_route_table(item.physical_id),
    )
)
register(
    Endpoint(
        "AWS::EC2::VPCEndpoint",
        lambda backend, item: backend.delete_vpc_endpoints([item.physical_id]),
        unread=["RouteTableIds", "PolicyDocument"],
    )
)
register(
    Tagged(
        "AWS::EC2::VPCGatewayAttachment",
        lambda backend, item: backend.detach_internet_gateway(
            item.properties["InternetGatewayId"], item.properties["VpcId"]
        ),
    )
)
