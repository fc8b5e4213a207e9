import type { EmulatedAws } from './emulated-aws.ts';

export const ZONE = 'example.com';
export const DOMAIN = `gate.${ZONE}`;

/** What whoever has a domain has already, as a stack of its own. */
const TEMPLATE = {
  Resources: {
    Certificate: {
      Type: 'AWS::CertificateManager::Certificate',
      Properties: { DomainName: DOMAIN },
    },
    Zone: { Type: 'AWS::Route53::HostedZone', Properties: { Name: `${ZONE}.` } },
  },
};

export interface Belongings {
  /** ARN. */
  readonly Certificate: string;
  /** Id. */
  readonly Zone: string;
}

export async function createBelongings(aws: EmulatedAws): Promise<Belongings> {
  const StackName = 'Belongings';
  const [, answer] = await aws.call([
    ['cloudformation', 'create_stack', { StackName, TemplateBody: JSON.stringify(TEMPLATE) }],
    ['cloudformation', 'describe_stack_resources', { StackName }],
  ]);
  const { StackResources } = answer as {
    StackResources: { LogicalResourceId: string; PhysicalResourceId: string }[];
  };
  const idOf = (name: keyof Belongings) =>
    StackResources.find(({ LogicalResourceId }) => LogicalResourceId === name)
      ?.PhysicalResourceId ?? '';
  return { Certificate: idOf('Certificate'), Zone: idOf('Zone') };
}

/** The records of a hosted zone. */
export async function recordsOf(aws: EmulatedAws, HostedZoneId: string): Promise<unknown[]> {
  const [answer] = await aws.call([['route53', 'list_resource_record_sets', { HostedZoneId }]]);
  return (answer as { ResourceRecordSets: unknown[] }).ResourceRecordSets;
}
