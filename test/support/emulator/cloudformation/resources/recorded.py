"""Types that only have an id and their configuration, which tests read from `control.py`."""

from .base import Handler, new_id, register


class Recorded(Handler):
    """Keeps the properties and gives an id, which is the name if it has one."""

    def __init__(self, resource_type, attributes, name_property=None, is_global=False):
        self.type = resource_type
        self.attributes = attributes
        self.name_property = name_property
        self.is_global = is_global

    def do_create(self, stack, resource):
        name = resource.properties.get(self.name_property) if self.name_property else None
        # Short like an AWS id: it may be part of a host name.
        resource.physical_id = name or new_id("e").lower()

    def do_update(self, stack, resource, properties):
        pass

    def do_delete(self, stack, resource):
        pass


for recorded in (
    Recorded("AWS::ApplicationAutoScaling::ScalableTarget", {"Id": "{}"}),
    Recorded("AWS::ApplicationAutoScaling::ScalingPolicy", {"Arn": "arn:aws:autoscaling:::{}"}),
    Recorded("AWS::CDK::Metadata", {}),
    Recorded(
        "AWS::CloudWatch::InsightRule",
        {"Arn": "arn:aws:cloudwatch:::insight-rule/{}", "RuleName": "{}"},
        "RuleName",
    ),
    Recorded("AWS::EC2::SecurityGroupEgress", {"Id": "{}"}),
    Recorded("AWS::Lambda::EventInvokeConfig", {}),
    Recorded("AWS::Logs::DeliveryDestination", {"Arn": "arn:aws:logs:::delivery-destination:{}"}, "Name"),
    Recorded("AWS::Logs::DeliverySource", {"Arn": "arn:aws:logs:::delivery-source:{}"}, "Name"),
    Recorded("AWS::Logs::Delivery", {"DeliveryId": "{}", "Arn": "arn:aws:logs:::delivery:{}"}),
    Recorded("AWS::Logs::MetricFilter", {}),
    Recorded("AWS::Logs::QueryDefinition", {"QueryDefinitionId": "{}"}, "Name"),
    Recorded("AWS::Logs::ResourcePolicy", {}, "PolicyName"),
    Recorded("AWS::S3::BucketPolicy", {}),
    Recorded("AWS::SNS::Subscription", {"Arn": "arn:aws:sns:::{}"}),
    Recorded("AWS::SNS::TopicPolicy", {"Id": "{}"}),
    Recorded("AWS::SQS::QueuePolicy", {"Id": "{}"}),
    Recorded("AWS::WAFv2::LoggingConfiguration", {}, "ResourceArn"),
    Recorded("AWS::WAFv2::WebACLAssociation", {}),
):
    register(recorded)


class Regional(Recorded):
    """A web ACL or address set: the ARN contains the name."""

    def __init__(self, resource_type, path):
        super().__init__(resource_type, {}, "Name")
        self.path = path

    def do_create(self, stack, resource):
        properties = resource.properties
        name = properties.get("Name", f"{resource.logical_id}-{new_id('')}")
        scope = properties["Scope"]
        own_id = new_id("", 32).lower()
        place = "global" if scope == "CLOUDFRONT" else "regional"
        arn = f"arn:aws:wafv2:{stack.region}:{stack.account}:{place}/{self.path}/{name}/{own_id}"
        resource.physical_id = f"{name}|{own_id}|{scope}"
        resource.model = {
            "Arn": arn,
            "Id": own_id,
            "LabelNamespace": f"awswaf:{stack.account}:{self.path}:{name}:",
        }

    def attribute(self, resource, name):
        return resource.model[name] if name in resource.model else super().attribute(resource, name)


register(Regional("AWS::WAFv2::WebACL", "webacl"))
register(Regional("AWS::WAFv2::IPSet", "ipset"))
