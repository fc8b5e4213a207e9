import { readFileSync } from 'node:fs';
import { readConfig } from '../../infra/config/config.ts';
import { originTimeouts } from '../support/edge/cloudfront.ts';
import { runViewerRequest } from '../support/edge/cloudfront-function.ts';
import type { EdgeRequest } from '../support/edge/message.ts';
import {
  type Configuration,
  type SynthesizedStack,
  synthesize,
  synthesizeNow,
  target,
} from '../support/stack.ts';

/** Asgardeo waits this long for a response. */
const CALLER_WAITS_MS = 3_000;
/** The network between the parties, and everything in the service outside of a decision. */
const MARGIN_MS = 300;

const timeoutsOf = (stack: SynthesizedStack) => originTimeouts(JSON.parse(stack.text));

/** Whether the options of a deadline are valid, in milliseconds. */
function isAccepted(decisionDeadlineMs: number, more: object = {}): boolean {
  try {
    readConfig({ decisionDeadlineMs: String(decisionDeadlineMs), ...more });
    return true;
  } catch {
    return false;
  }
}

const DOMAIN = {
  domainName: 'gate.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d',
};

describe('The timeouts of CloudFront towards the load balancer', () => {
  test('leave every accepted deadline to the service before the caller gives up', () => {
    const { attempts, connectMs, readMs } = timeoutsOf(synthesize()) ?? {
      attempts: 0,
      connectMs: 0,
      readMs: 0,
    };
    expect([attempts, connectMs, readMs]).toEqual([1, 1_000, 2_000]);
    const accepted = Array.from({ length: 3_000 }, (_, index) => index).filter((deadline) =>
      isAccepted(deadline),
    );
    expect(accepted.length).toBeGreaterThan(1_000);
    for (const deadline of accepted) {
      expect(attempts * connectMs + deadline + MARGIN_MS).toBeLessThanOrEqual(CALLER_WAITS_MS);
      expect(readMs).toBeGreaterThanOrEqual(deadline + MARGIN_MS);
    }
  });

  test.each<[deadlineMs: number, behindCloudFront: boolean, withDomain: boolean]>([
    [299, false, false],
    [300, true, true],
    [1_700, true, true],
    [1_701, false, true],
    [2_500, false, true],
    [2_501, false, false],
  ])(
    'a deadline of %d ms is accepted behind CloudFront: %s, with a domain: %s',
    (deadline, behind, domain) => {
      expect([isAccepted(deadline), isAccepted(deadline, DOMAIN)]).toEqual([behind, domain]);
    },
  );
});

test.each<[Configuration, deadline: string]>([
  ['cloudfront, egress nat', '1200'],
  ['a deadline of 800 ms', '800'],
  ['the longest deadline behind CloudFront', '1700'],
])('With %s the tasks have a deadline of %s ms', (configuration, Value) => {
  const { ContainerDefinitions } = synthesize(configuration).only<{
    ContainerDefinitions: readonly { Environment: readonly object[] }[];
  }>('AWS::ECS::TaskDefinition').Properties;
  expect(ContainerDefinitions[0]?.Environment).toContainEqual({
    Name: 'DECISION_DEADLINE_MS',
    Value,
  });
});

test.each<[Configuration, responseSeconds: number, decisionMs: number]>([
  ['cloudfront, egress nat', 1.3, 1_000],
  ['a deadline of 800 ms', 0.9, 600],
  ['the longest deadline behind CloudFront', 1.8, 1_500],
])(
  'With %s the alarms on slow responses and decisions have the thresholds %d s and %d ms',
  (configuration, ...expected) => {
    const alarms = synthesize(configuration).resources<{
      AlarmName: string;
      Threshold: number;
      AlarmDescription: string;
    }>('AWS::CloudWatch::Alarm');
    const [responses, decisions] = ['SlowResponses', 'SlowDecisions'].map(
      (id) => alarms.find(({ Properties }) => Properties.AlarmName.endsWith(id))?.Properties,
    );
    expect([responses?.Threshold, decisions?.Threshold]).toEqual(expected);
    const deadline = `the deadline of ${(expected[1] + 200) / 1000} s`;
    expect(responses?.AlarmDescription).toContain(deadline);
    expect(decisions?.AlarmDescription).toContain(`${expected[1] / 1000} s of ${deadline}`);
  },
);

describe('The function of viewer requests', () => {
  const code = readFileSync(
    new URL('../../infra/functions/viewer-address.js', import.meta.url),
    'utf8',
  );
  const HEADER = 'x-risk-gate-viewer-address';
  const request: EdgeRequest = {
    method: 'POST',
    target: '/pre-issue-access-token?x=1',
    headers: { host: ['d111.cloudfront.net'], 'x-api-key': ['secret'] },
    body: Buffer.from('{}'),
    address: '198.51.100.20',
  };

  test.each<[name: string, forged: readonly string[] | undefined]>([
    ['no such header', undefined],
    ['one header', ['192.0.2.1']],
    ['several headers', ['192.0.2.1', '192.0.2.2']],
    ['an empty header', ['']],
  ])(
    'writes the address of the caller, who sends %s, and changes nothing else',
    async (_, forged) => {
      const headers = { ...request.headers, ...(forged && { [HEADER]: forged }) };
      const result = await runViewerRequest(code, { ...request, headers });
      expect(result).toEqual({
        ...request,
        headers: { ...request.headers, [HEADER]: ['198.51.100.20'] },
      });
    },
  );

  test('is in the template, and runs before CloudFront forwards a request', () => {
    const stack = synthesize();
    const { id, Properties } = stack.only<{
      FunctionCode: string;
      AutoPublish: boolean;
      FunctionConfig: object;
    }>('AWS::CloudFront::Function');
    expect(Properties).toMatchObject({
      FunctionCode: code,
      AutoPublish: true,
      FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
    });
    const { DistributionConfig } = stack.only<{
      DistributionConfig: {
        DefaultCacheBehavior: {
          FunctionAssociations: readonly { EventType: string; FunctionARN: unknown }[];
        };
      };
    }>('AWS::CloudFront::Distribution').Properties;
    const associations = DistributionConfig.DefaultCacheBehavior.FunctionAssociations;
    expect(associations.map((each) => [each.EventType, target(each.FunctionARN)])).toEqual([
      ['viewer-request', id],
    ]);
  });

  test('is deployed before the firewall relies on its header', () => {
    const acl = synthesize('allowed addresses, cloudfront').only('AWS::WAFv2::WebACL');
    const distribution = synthesize().only('AWS::CloudFront::Distribution');
    expect(acl.DependsOn).toContain(distribution.id);
  });
});

describe('Standard logs', () => {
  const logging = (stack: SynthesizedStack) =>
    stack.only<{ DistributionConfig: { Logging?: { Bucket: unknown; IncludeCookies?: boolean } } }>(
      'AWS::CloudFront::Distribution',
    ).Properties.DistributionConfig.Logging;

  test('are off by default', () => {
    expect(logging(synthesize())).toBeUndefined();
  });

  test('stop synth in a region to which CloudFront does not deliver', async () => {
    await expect(synthesizeNow({ cloudFrontLogs: 'true', region: 'eu-south-2' })).rejects.toThrow(
      'cloudFrontLogs is set, but CloudFront delivers no logs to a bucket in eu-south-2: remove the option.',
    );
  });

  test('are in a private bucket to which CloudFront can deliver, without cookies, until they expire', () => {
    const stack = synthesize('CloudFront logs');
    const log = logging(stack);
    const domain = log?.Bucket as { 'Fn::GetAtt': readonly [string, string] };
    expect(domain['Fn::GetAtt'][1]).toBe('RegionalDomainName');
    expect(log?.IncludeCookies ?? false).toBe(false);
    const bucket = stack.resources('AWS::S3::Bucket').find(({ id }) => id === target(domain));
    expect(bucket).toMatchObject({
      // Logs of requests during a first creation would make its rollback fail.
      DeletionPolicy: 'Retain',
      Properties: {
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerPreferred' }] },
        LifecycleConfiguration: { Rules: [{ ExpirationInDays: 30, Status: 'Enabled' }] },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      },
    });
  });
});
