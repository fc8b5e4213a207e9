import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { type ISubnet, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Network } from './network.ts';
import type { Service } from './service.ts';
import { CONTAINER_PORT } from './task-definition.ts';

/** Must be shorter than the server's keep-alive timeout: a request on a connection that the server closes is lost. */
export const IDLE_TIMEOUT = Duration.seconds(60);

/** Long enough for a stopping task to complete the slowest request. */
export const DEREGISTRATION_DELAY = Duration.seconds(15);

export interface LoadBalancerProps {
  readonly network: Network;
  readonly service: Service;
  readonly internetFacing: boolean;
  /** @default the attribute of an existing load balancer is unchanged */
  readonly deletionProtection: boolean | undefined;
  readonly logRetentionDays: number;
}

/** The load balancer and its target group. The listener belongs to the endpoint. */
export class LoadBalancer extends Construct {
  readonly loadBalancer: elb.ApplicationLoadBalancer;
  readonly targetGroup: elb.ApplicationTargetGroup;
  readonly subnets: readonly ISubnet[];

  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    super(scope, id);
    const { network, service, internetFacing } = props;
    const vpcSubnets = internetFacing ? network.publicSubnets : network.internalSubnets;
    this.subnets = network.vpc.selectSubnets(vpcSubnets).subnets;
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: 'Load balancer of Risk Gate: out to its tasks',
      allowAllOutbound: false,
    });
    this.loadBalancer = new elb.ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc: network.vpc,
      internetFacing,
      vpcSubnets,
      securityGroup,
      ...(props.deletionProtection !== undefined && {
        deletionProtection: props.deletionProtection,
      }),
      dropInvalidHeaderFields: true,
      desyncMitigationMode: elb.DesyncMitigationMode.DEFENSIVE,
      idleTimeout: IDLE_TIMEOUT,
      // If AWS WAF is unavailable, logins continue: the service authenticates the caller itself.
      wafFailOpen: true,
    });
    // CDK would write `false`, which removes the protection of an existing load balancer.
    if (props.deletionProtection === undefined) {
      this.loadBalancer.removeAttribute('deletion_protection.enabled');
    }
    // For an internal load balancer CDK does not wait for the internet gateway, which CloudFront needs.
    const { internetConnectivityEstablished } = network.vpc.selectSubnets(network.publicSubnets);
    this.loadBalancer.node.addDependency(internetConnectivityEstablished);
    this.loadBalancer.logAccessLogs(this.#logBucket(props.logRetentionDays));
    // A change of the scheme replaces the load balancer, and a target group can belong to only one, so its id
    // depends on the scheme.
    this.targetGroup = new elb.ApplicationTargetGroup(
      this,
      internetFacing ? 'PublicTasks' : 'Tasks',
      {
        vpc: network.vpc,
        protocol: elb.ApplicationProtocol.HTTP,
        port: CONTAINER_PORT,
        targetType: elb.TargetType.IP,
        targets: [
          service.service.loadBalancerTarget({
            containerName: 'RiskGate',
            containerPort: CONTAINER_PORT,
          }),
        ],
        healthCheck: {
          path: '/readyz',
          interval: Duration.seconds(10),
          timeout: Duration.seconds(3),
          healthyThresholdCount: 2,
          unhealthyThresholdCount: 3,
          healthyHttpCodes: '200',
        },
        deregistrationDelay: DEREGISTRATION_DELAY,
        loadBalancingAlgorithmType:
          elb.TargetGroupLoadBalancingAlgorithmType.LEAST_OUTSTANDING_REQUESTS,
      },
    );
  }

  #logBucket(retentionDays: number): Bucket {
    return new Bucket(this, 'AccessLogs', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(retentionDays) }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
