import { Aws, CfnMapping, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { SmallFunction } from './function.ts';
import type { LookupName } from './functions/lookup.ts';
import type { PrefixListLookup } from './functions/lookup-prefix-list.ts';
import type { ZoneLookup } from './functions/lookup-zones.ts';
import { EXCLUDED_ZONE_IDS, USABLE_ZONE_IDS } from './network/zones.ts';

export interface LookupProps {
  readonly logRetention: RetentionDays;
}

/** Looks up, at deploy time, what a template cannot know, so that synth needs no credentials. */
export class Lookup extends Construct {
  readonly #props: LookupProps;
  #function: SmallFunction | undefined;

  constructor(scope: Construct, id: string, props: LookupProps) {
    super(scope, id);
    this.#props = props;
  }

  /**
   * Returns the names of the zones of the default subnets, as attributes of a custom resource.
   *
   * @param subnets the logical ids of one subnet in each zone.
   */
  zones(subnets: readonly string[]): string[] {
    const isKnown = USABLE_ZONE_IDS[Stack.of(this).region] !== undefined;
    const properties: ZoneLookup = {
      Subnets: subnets,
      ...(isKnown && { ZoneIds: this.#zoneIds() }),
      ExcludedZoneIds: EXCLUDED_ZONE_IDS,
    };
    const zones = this.#lookUp('Zones', 'zones', properties, [
      'ec2:DescribeAvailabilityZones',
      'ec2:DescribeSubnets',
    ]);
    return subnets.map((_, index) => zones.getAttString(`Zone${index + 1}`));
  }

  /** Returns the id of CloudFront's prefix list, as attribute of a custom resource. */
  cloudFrontPrefixList(fallback: string | undefined): string {
    const properties: PrefixListLookup = { ...(fallback !== undefined && { Fallback: fallback }) };
    return this.#lookUp('PrefixList', 'cloudfront-prefix-list', properties, [
      'ec2:DescribeManagedPrefixLists',
    ]).getAttString('Id');
  }

  /** Returns the ids of the zones in the stack's region. */
  #zoneIds(): readonly string[] {
    const mapping = new CfnMapping(this, 'ZoneIds', {
      mapping: Object.fromEntries(
        Object.entries(USABLE_ZONE_IDS).map(([region, ids]) => [region, { Ids: ids }]),
      ),
    });
    return mapping.findInMap(Aws.REGION, 'Ids') as unknown as readonly string[];
  }

  #lookUp(id: string, name: LookupName, properties: object, actions: string[]): CustomResource {
    this.#function ??= new SmallFunction(this, 'Function', {
      source: 'lookup.ts',
      description: 'Looks up the zones of the account and the prefix list of CloudFront',
      timeout: Duration.minutes(2),
      logRetention: this.#props.logRetention,
      permissions: [],
    });
    // EC2's actions that describe resources have no resource-level permissions.
    this.#function.role.addToPolicy(
      new PolicyStatement({
        actions,
        resources: ['*'],
        conditions: { StringEquals: { 'ec2:Region': Stack.of(this).region } },
      }),
    );
    return new CustomResource(this, id, {
      serviceToken: this.#function.function.functionArn,
      serviceTimeout: Duration.minutes(3),
      resourceType: `Custom::${id}`,
      properties: { Lookup: name, ...properties },
    });
  }
}
