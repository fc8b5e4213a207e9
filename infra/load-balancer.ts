import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Network } from './network.ts';
import type { Service } from './service.ts';
import { CONTAINER_PORT } from './task-definition.ts';

/** Shorter than what the server keeps a connection for (`KEEP_ALIVE_TIMEOUT`), or requests are lost. */
export const IDLE_TIMEOUT = Duration.seconds(60);

/** Answers take a second at most; a task that leaves need not wait for more. */
export const DEREGISTRATION_DELAY = Duration.seconds(15);

export interface LoadBalancerProps {
  readonly network: Network;
  readonly service: Service;
  readonly internetFacing: boolean;
  readonly deletionProtection: boolean;
  readonly logRetentionDays: number;
}

/** The load balancer, and the tasks behind it. How requests get in is for the endpoint to say. */
export class LoadBalancer extends Construct {
  readonly loadBalancer: elb.ApplicationLoadBalancer;
  readonly targetGroup: elb.ApplicationTargetGroup;

  constructor(scope: Construct, id: string, props: LoadBalancerProps) {
    super(scope, id);
    const { network, service, internetFacing } = props;
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: 'Load balancer of Risk Gate: out to its tasks',
      allowAllOutbound: false,
    });
    this.loadBalancer = new elb.ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc: network.vpc,
      internetFacing,
      ...(!internetFacing && { vpcSubnets: network.internalSubnets }),
      securityGroup,
      deletionProtection: props.deletionProtection,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: elb.DesyncMitigationMode.DEFENSIVE,
      idleTimeout: IDLE_TIMEOUT,
      // The service checks its caller itself: a firewall that cannot be asked must not end all logins.
      wafFailOpen: true,
    });
    // CDK waits for the gateway with a public one only; but CloudFront connects to no VPC without one.
    const { internetConnectivityEstablished } = network.vpc.selectSubnets({
      subnetType: SubnetType.PUBLIC,
    });
    this.loadBalancer.node.addDependency(internetConnectivityEstablished);
    this.loadBalancer.logAccessLogs(this.#logBucket(props.logRetentionDays));
    // A target group serves one load balancer, and another scheme makes a new one: so it is another too.
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
