import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  type CfnSubnet,
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type ISubnet,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { EgressConfig } from './config/config.ts';
import type { Lookup } from './lookup.ts';

export interface NetworkProps {
  readonly egress: EgressConfig;
  /** Names of two zones; empty to look them up. */
  readonly availabilityZones: readonly string[];
  readonly lookup: Lookup;
  readonly logRetention: RetentionDays;
}

/**
 * A VPC in two zones. Tasks are in private subnets behind NAT, or in public subnets without inbound access.
 * DynamoDB and S3 are reached through gateway endpoints, so that cached addresses do not depend on NAT.
 */
export class Network extends Construct {
  readonly vpc: Vpc;
  /** Subnets of the tasks. */
  readonly taskSubnets: SubnetSelection;
  /** Subnets of an internal load balancer. */
  readonly internalSubnets: SubnetSelection;
  readonly tasksHavePublicIp: boolean;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    this.tasksHavePublicIp = props.egress.kind === 'public';
    const privateType = this.tasksHavePublicIp
      ? SubnetType.PRIVATE_ISOLATED
      : SubnetType.PRIVATE_WITH_EGRESS;
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr('10.0.0.0/16'),
      ...(props.availabilityZones.length > 0
        ? { availabilityZones: [...props.availabilityZones] }
        : { maxAzs: 2 }),
      natGateways: props.egress.kind === 'nat' ? props.egress.gateways : 0,
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'Private', subnetType: privateType, cidrMask: 20 },
      ],
      gatewayEndpoints: {
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
        S3: { service: GatewayVpcEndpointAwsService.S3 },
      },
    });
    if (props.availabilityZones.length === 0) this.#placeSubnets(props.lookup, privateType);
    this.vpc.addFlowLog('FlowLog', {
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'FlowLogs', {
          retention: props.logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      ),
    });
    this.internalSubnets = { subnetType: privateType };
    this.taskSubnets = { subnetType: this.tasksHavePublicIp ? SubnetType.PUBLIC : privateType };
  }
  /** Places the subnets into the zones that are looked up. Those of an existing stack stay where they are. */
  #placeSubnets(lookup: Lookup, privateType: SubnetType): void {
    const publicSubnets = this.vpc.publicSubnets.map(resourceOf);
    const { subnets } = this.vpc.selectSubnets({ subnetType: privateType });
    const privateSubnets = subnets.map(resourceOf);
    const ids = privateSubnets.map(({ logicalId }) => Stack.of(this).resolve(logicalId));
    for (const [index, zone] of lookup.zones(ids).entries()) {
      for (const subnet of [publicSubnets[index], privateSubnets[index]]) {
        if (subnet !== undefined) subnet.availabilityZone = zone;
      }
    }
  }
}

function resourceOf(subnet: ISubnet): CfnSubnet {
  return subnet.node.findChild('Subnet') as CfnSubnet;
}
