"""Clusters, task definitions and services of ECS."""

from moto.cloudformation import parsing
from moto.core.utils import pascal_to_camelcase, remap_nested_keys
from moto.ecs.models import ecs_backends

from .base import register
from .moto_models import MotoModel


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


register(TaskDefinition("AWS::ECS::TaskDefinition"))
register(Service("AWS::ECS::Service"))
register(Cluster("AWS::ECS::Cluster", unread=["ClusterSettings"]))
