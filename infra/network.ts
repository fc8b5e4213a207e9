import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { EgressConfig } from './config/config.ts';
import type { NetworkConfig } from './config/network.ts';
import type { Lookup } from './lookup.ts';
import { existingSubnets, existingVpc } from './network/existing.ts';
import { createVpc, type NewVpcProps } from './network/new-vpc.ts';

export interface NetworkProps {
  readonly network: NetworkConfig;
  readonly egress: EgressConfig;
  readonly lookup: Lookup;
  readonly logRetention: RetentionDays;
}

interface Subnets {
  readonly vpc: IVpc;
  /** Subnets of the tasks. */
  readonly taskSubnets: SubnetSelection;
  /** Subnets of an internet-facing load balancer. */
  readonly publicSubnets: SubnetSelection;
  /** Subnets of an internal load balancer. */
  readonly internalSubnets: SubnetSelection;
}

/** The VPC with its subnets. Tasks are in private subnets behind NAT, or in public subnets without inbound access. */
export class Network extends Construct implements Subnets {
  readonly vpc: IVpc;
  readonly taskSubnets: SubnetSelection;
  readonly publicSubnets: SubnetSelection;
  readonly internalSubnets: SubnetSelection;
  readonly tasksHavePublicIp: boolean;

  /** @throws ConfigError if a zone is not in the region of the stack. */
  constructor(scope: Construct, id: string, { network, egress, ...props }: NetworkProps) {
    super(scope, id);
    this.tasksHavePublicIp = egress.kind === 'public';
    const natGateways = egress.kind === 'nat' ? egress.gateways : 0;
    const subnets =
      network.kind === 'existing'
        ? this.#use(network)
        : this.#create({ ...network, ...props, natGateways });
    this.vpc = subnets.vpc;
    this.taskSubnets = subnets.taskSubnets;
    this.publicSubnets = subnets.publicSubnets;
    this.internalSubnets = subnets.internalSubnets;
  }

  #create(props: NewVpcProps): Subnets {
    const { vpc, ...subnets } = createVpc(this, props);
    const publicSubnets = { subnets: [...subnets.publicSubnets] };
    const internalSubnets = { subnets: [...subnets.privateSubnets] };
    const taskSubnets = this.tasksHavePublicIp ? publicSubnets : internalSubnets;
    return { vpc, taskSubnets, publicSubnets, internalSubnets };
  }

  /** The operator chooses subnets that suit the scheme of the load balancer. */
  #use(network: Extract<NetworkConfig, { kind: 'existing' }>): Subnets {
    const loadBalancerSubnets = { subnets: existingSubnets(this, network.loadBalancerSubnetIds) };
    return {
      vpc: existingVpc(this, network.vpcId),
      taskSubnets: { subnets: existingSubnets(this, network.taskSubnetIds) },
      publicSubnets: loadBalancerSubnets,
      internalSubnets: loadBalancerSubnets,
    };
  }
}
