import type { EmulatedAws } from './emulated-aws.ts';

export const ZONE = 'example.com';
export const DOMAIN = `gate.${ZONE}`;

/** Resources that the owner of a domain already has, as a separate stack. */
const TEMPLATE = {
  Resources: {
    Certificate: {
      Type: 'AWS::CertificateManager::Certificate',
      Properties: { DomainName: DOMAIN },
    },
    Zone: { Type: 'AWS::Route53::HostedZone', Properties: { Name: `${ZONE}.` } },
  },
};

export interface ExistingResources {
  /** ARN. */
  readonly Certificate: string;
  /** Id. */
  readonly Zone: string;
}

export async function createExistingResources(aws: EmulatedAws): Promise<ExistingResources> {
  const StackName = 'ExistingResources';
  const [, response] = await aws.call([
    ['cloudformation', 'create_stack', { StackName, TemplateBody: JSON.stringify(TEMPLATE) }],
    ['cloudformation', 'describe_stack_resources', { StackName }],
  ]);
  const { StackResources } = response as {
    StackResources: { LogicalResourceId: string; PhysicalResourceId: string }[];
  };
  const idOf = (name: keyof ExistingResources) =>
    StackResources.find(({ LogicalResourceId }) => LogicalResourceId === name)
      ?.PhysicalResourceId ?? '';
  return { Certificate: idOf('Certificate'), Zone: idOf('Zone') };
}

/** Returns the records of a hosted zone. */
export async function recordsOf(aws: EmulatedAws, HostedZoneId: string): Promise<unknown[]> {
  const [response] = await aws.call([['route53', 'list_resource_record_sets', { HostedZoneId }]]);
  return (response as { ResourceRecordSets: unknown[] }).ResourceRecordSets;
}
