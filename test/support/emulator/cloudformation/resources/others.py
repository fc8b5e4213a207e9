"""Topics, queues, dashboards, certificates and records of DNS."""

from moto.acm.models import acm_backends
from moto.cloudwatch.models import cloudwatch_backends
from moto.route53.models import route53_backends
from moto.sns.models import sns_backends

from .base import Handler, RefusedError, handled, register
from .moto_models import MotoModel


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


register(Topic("AWS::SNS::Topic"))
register(Dashboard("AWS::CloudWatch::Dashboard"))
register(RecordSet("AWS::Route53::RecordSet", is_global=True))
register(HostedZone("AWS::Route53::HostedZone", is_global=True))
register(Certificate())
register(MotoModel("AWS::SQS::Queue"))
register(MotoModel("AWS::ECR::Repository"))
register(MotoModel("AWS::KMS::Key"))
register(MotoModel("AWS::KMS::Alias"))
