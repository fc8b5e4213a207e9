import { protectionCheck } from '../../../infra/preflight/checks/protection.ts';
import { stackCheck } from '../../../infra/preflight/checks/stack.ts';
import { readStack, type StackState } from '../../../infra/preflight/stack-state.ts';
import type { Context } from '../../support/stack.ts';
import { failure } from './aws.ts';
import { account, findingsOf, OFFLINE } from './facts.ts';
import { useAws } from './use-aws.ts';

const Description = 'Risk Gate: pre-issue access token action';
const template = { Description, Resources: {} };

function stackIn(status: string, changes: Partial<StackState> = {}): StackState {
  const resources = new Map();
  return { status, description: Description, terminationProtection: false, resources, ...changes };
}

const balancer = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/R/1';
const failed = (id: string, type: string, physicalId: string) =>
  new Map([
    ['Table', { type: 'AWS::DynamoDB::Table', physicalId: 'T', status: 'DELETE_COMPLETE' }],
    [id, { type, physicalId, status: 'DELETE_FAILED' }],
  ]);

const AT = '--stack-name RiskGate --region us-east-1';
const DELETE = `aws cloudformation delete-stack ${AT}, and deploy again when it is gone.`;
const UNPROTECT = `aws cloudformation update-termination-protection --no-enable-termination-protection ${AT}`;

test.each<[name: string, stack: StackState | undefined, finding: string]>([
  ['before the first deployment', undefined, 'ok: RiskGate does not exist in us-east-1 yet.'],
  ...['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE'].map(
    (status) =>
      [status, stackIn(status), `ok: RiskGate exists and can be updated (${status}).`] as [
        string,
        StackState,
        string,
      ],
  ),
  [
    'a change set only',
    stackIn('REVIEW_IN_PROGRESS', { description: '' }),
    'ok: RiskGate has only a change set that was never executed; cdk deploy replaces it.',
  ],
  [
    'a failed creation that was rolled back',
    stackIn('ROLLBACK_COMPLETE'),
    'warning: The first creation of RiskGate failed and was rolled back; cdk deploy deletes the empty stack first: read the reason in its events before you try again.',
  ],
  [
    'a failed creation with termination protection',
    stackIn('ROLLBACK_COMPLETE', { terminationProtection: true }),
    `error: The first creation of RiskGate failed, and its termination protection stops cdk deploy from deleting what is left: run ${UNPROTECT}, then deploy again.`,
  ],
  [
    'a rollback that the load balancer stopped',
    stackIn('ROLLBACK_FAILED', {
      resources: failed('Balancer', 'AWS::ElasticLoadBalancingV2::LoadBalancer', balancer),
    }),
    `error: RiskGate could not be deleted because of Balancer (ROLLBACK_FAILED): run aws elbv2 modify-load-balancer-attributes --load-balancer-arn ${balancer} --attributes Key=deletion_protection.enabled,Value=false --region us-east-1, then ${DELETE}`,
  ],
  [
    'a failed deletion with termination protection',
    stackIn('DELETE_FAILED', {
      terminationProtection: true,
      resources: failed('Bucket', 'AWS::S3::Bucket', 'logs'),
    }),
    `error: RiskGate could not be deleted because of Bucket (DELETE_FAILED): run ${UNPROTECT}, then ${DELETE}`,
  ],
  [
    'a failed deletion without a reason',
    stackIn('DELETE_FAILED'),
    `error: RiskGate could not be deleted (DELETE_FAILED): run ${DELETE}`,
  ],
  [
    'a creation without rollback',
    stackIn('CREATE_FAILED'),
    'error: The first creation of RiskGate failed and was not rolled back: run npx cdk rollback, then deploy again.',
  ],
  ...['UPDATE_FAILED', 'UPDATE_ROLLBACK_FAILED'].map(
    (status) =>
      [
        status,
        stackIn(status),
        `error: An update of RiskGate failed and was not rolled back (${status}): run npx cdk rollback, or aws cloudformation continue-update-rollback ${AT}, then deploy again.`,
      ] as [string, StackState, string],
  ),
  ...['CREATE', 'UPDATE', 'UPDATE_COMPLETE_CLEANUP', 'DELETE', 'ROLLBACK'].map((operation) => {
    const status = `${operation}_IN_PROGRESS`;
    return [
      status,
      stackIn(status),
      `error: Another operation on RiskGate is under way (${status}): wait until it ends, then run the command again.`,
    ] as [string, StackState, string];
  }),
  [
    'an unknown status',
    stackIn('NEW_STATUS'),
    'warning: RiskGate has an unknown status, NEW_STATUS: look at it in the console.',
  ],
  [
    'a stack of another application',
    stackIn('CREATE_COMPLETE', { description: 'A shop' }),
    'error: The stack RiskGate belongs to another application ("A shop"): choose another stackName.',
  ],
])('the stack: %s', async (_, stack, finding) => {
  const situation = { account: OFFLINE, template, ...(stack && { stack }) };
  expect(await findingsOf(stackCheck, situation)).toEqual([finding]);
});

const PROTECTED = { deletionProtection: 'true' };
const TOO_EARLY =
  'error: deletionProtection is true before the first deployment, which could then not be rolled back if it fails: remove it, deploy, then set it and deploy again.';

test.each<[name: string, options: Context, stack: StackState | undefined, findings: string[]]>([
  ['not set before the first deployment', {}, undefined, []],
  ['set before the first deployment', PROTECTED, undefined, [TOO_EARLY]],
  ['set after a failed creation', PROTECTED, stackIn('ROLLBACK_COMPLETE'), [TOO_EARLY]],
  [
    'set after a failed deletion of what a failed creation left',
    PROTECTED,
    stackIn('ROLLBACK_FAILED'),
    [TOO_EARLY],
  ],
  [
    'set after the first deployment',
    PROTECTED,
    stackIn('CREATE_COMPLETE'),
    ['ok: RiskGate and its load balancer are protected.'],
  ],
  [
    'not set, but the stack is protected',
    {},
    stackIn('UPDATE_COMPLETE', { terminationProtection: true }),
    [
      'warning: RiskGate has termination protection, which cdk deploy switches off: set deletionProtection to true in cdk.json to keep it.',
    ],
  ],
  [
    'switched off on purpose',
    { deletionProtection: 'false' },
    stackIn('UPDATE_COMPLETE', { terminationProtection: true }),
    [],
  ],
])('deletionProtection: %s', async (_, options, stack, findings) => {
  const situation = { account: OFFLINE, options, ...(stack && { stack }) };
  expect(await findingsOf(protectionCheck, situation)).toEqual(findings);
});

describe('reading the stack', () => {
  const aws = useAws('nothing');

  const read = async () => readStack((await account()).clients.cloudFormation, 'RiskGate');

  test('returns its state, and its resources except the deleted ones', async () => {
    aws.answer('cloudformation DescribeStacks', {
      body: `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>RiskGate</StackName><Description>${Description}</Description><StackStatus>ROLLBACK_FAILED</StackStatus><EnableTerminationProtection>true</EnableTerminationProtection></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    });
    const page = (members: string, more = '') => ({
      body: `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>${members}</StackResourceSummaries>${more}</ListStackResourcesResult></ListStackResourcesResponse>`,
    });
    const member = (id: string, status: string) =>
      `<member><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${id}-1</PhysicalResourceId><ResourceType>AWS::S3::Bucket</ResourceType><ResourceStatus>${status}</ResourceStatus></member>`;
    aws.answer('cloudformation ListStackResources', (body) =>
      body.includes('NextToken=2')
        ? page(member('Second', 'CREATE_COMPLETE'))
        : page(
            member('First', 'DELETE_FAILED') + member('Gone', 'DELETE_COMPLETE'),
            '<NextToken>2</NextToken>',
          ),
    );
    const type = 'AWS::S3::Bucket';
    expect(await read()).toEqual({
      status: 'ROLLBACK_FAILED',
      description: Description,
      terminationProtection: true,
      resources: new Map([
        ['First', { type, physicalId: 'First-1', status: 'DELETE_FAILED' }],
        ['Second', { type, physicalId: 'Second-1', status: 'CREATE_COMPLETE' }],
      ]),
    });
  });

  test('returns undefined before the first deployment', async () => {
    const operation = 'cloudformation DescribeStacks';
    const message = 'Stack with id RiskGate does not exist';
    aws.answer(operation, failure(operation, 400, 'ValidationError', message));
    expect(await read()).toBeUndefined();
  });

  test('throws any other error', async () => {
    aws.deny('cloudformation DescribeStacks');
    await expect(read()).rejects.toThrow('AccessDenied');
  });
});
