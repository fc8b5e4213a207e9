import { readdirSync, readFileSync } from 'node:fs';
import { iamAction } from '../../../infra/preflight/actions.ts';
import { codeBlocks, readPage, sectionOf } from '../../docs/pages.ts';

const FOLDER = new URL('../../../infra/preflight/', import.meta.url);

/** Names of the clients' classes, where they differ from the package. */
const CLIENTS: Readonly<Record<string, string>> = {
  acm: 'ACMClient',
  cloudformation: 'CloudFormationClient',
  cloudfront: 'CloudFrontClient',
  cloudwatch: 'CloudWatchClient',
  'cloudwatch-logs': 'CloudWatchLogsClient',
  ec2: 'EC2Client',
  ecr: 'ECRClient',
  'elastic-load-balancing-v2': 'ElasticLoadBalancingV2Client',
  iam: 'IAMClient',
  'route-53': 'Route53Client',
  s3: 'S3Client',
  scheduler: 'SchedulerClient',
  'secrets-manager': 'SecretsManagerClient',
  'service-quotas': 'ServiceQuotasClient',
  sns: 'SNSClient',
  ssm: 'SSMClient',
  sts: 'STSClient',
};

/** Returns the actions of all commands and paginators that the sources import. */
function actionsIn(isIncluded: (file: string) => boolean): Set<string> {
  const own = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' });
  const files = [...own, '../network/account-zones.ts'].filter(
    (file) => file.endsWith('.ts') && isIncluded(file),
  );
  const actions = new Set<string>();
  for (const file of files) {
    const source = readFileSync(new URL(file, FOLDER), 'utf8');
    for (const [, names = '', client = ''] of source.matchAll(
      /import (?:type )?\{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g,
    )) {
      for (const [, paginated, command] of names.matchAll(/\bpaginate(\w+)|\b(\w+)Command\b/g)) {
        actions.add(iamAction(CLIENTS[client] ?? client, `${paginated ?? command}Command`));
      }
    }
  }
  // Allowed to everybody.
  actions.delete('sts:GetCallerIdentity');
  return actions;
}

const section = sectionOf(readPage('docs/preflight.md'), 'Permissions');
const [policy = ''] = codeBlocks(section, 'json');

test('the policy in docs/preflight.md allows exactly the actions of the command', () => {
  const { Statement } = JSON.parse(policy);
  const allowed: string[] = Statement.flatMap(({ Action }: { Action: string[] }) => Action);
  const used = actionsIn((file) => file !== 'probe.ts');
  expect(used.size).toBeGreaterThan(30);
  expect(allowed.toSorted()).toEqual([...used].sort());
  expect(
    [...used].filter((action) => !/^[a-z0-9]+:(?:Describe|Get|List|BatchGet)/.test(action)),
  ).toEqual([]);
});

test('the page names the actions of --probe', () => {
  const used = actionsIn((file) => file === 'probe.ts');
  const named = [...section.matchAll(/`(\w+:\w+)`/g)].map(([, action]) => action);
  expect(named.sort()).toEqual([...used].sort());
});
