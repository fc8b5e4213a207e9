import { Connections, type IngressRuleConfig, type IPeer } from 'aws-cdk-lib/aws-ec2';

/**
 * Ids of the managed prefix list `com.amazonaws.global.cloudfront.origin-facing` by region, from
 * `aws ec2 describe-managed-prefix-lists`: for an account that may not look it up. They do not change.
 */
export const ORIGIN_FACING_PREFIX_LISTS: Readonly<Record<string, string>> = {
  'ap-northeast-1': 'pl-58a04531',
  'ap-northeast-2': 'pl-22a6434b',
  'ap-south-1': 'pl-9aa247f3',
  'ap-southeast-1': 'pl-31a34658',
  'ap-southeast-2': 'pl-b8a742d1',
  'ca-central-1': 'pl-38a64351',
  'eu-central-1': 'pl-a3a144ca',
  'eu-north-1': 'pl-fab65393',
  'eu-west-1': 'pl-4fa04526',
  'eu-west-2': 'pl-93a247fa',
  'eu-west-3': 'pl-75b1541c',
  'sa-east-1': 'pl-5da64334',
  'us-east-1': 'pl-3b927c52',
  'us-east-2': 'pl-b6a144df',
  'us-west-1': 'pl-4ea04527',
  'us-west-2': 'pl-82a045eb',
};

/**
 * The source of CloudFront's connections. The logical id of its security group rule derives from `knownId`: it must stay the
 * one of 0.1.0, because AWS refuses a second rule for the same prefix list while the first exists.
 */
export class CloudFrontPeer implements IPeer {
  readonly canInlineRule = false;
  readonly connections = new Connections({ peer: this });
  readonly uniqueId: string;
  readonly #prefixListId: string;

  /** @param knownId the id at synth. @default the id is known at deploy time only */
  constructor(prefixListId: string, knownId?: string) {
    this.#prefixListId = prefixListId;
    this.uniqueId = knownId ?? 'CloudFront';
  }

  toIngressRuleConfig(): IngressRuleConfig {
    return { sourcePrefixListId: this.#prefixListId };
  }

  /** @throws Error always: a load balancer opens no connections to CloudFront. */
  toEgressRuleConfig(): never {
    throw new Error('CloudFront is only a source of connections.');
  }
}
