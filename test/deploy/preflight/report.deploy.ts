import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRegion } from '../../../app/tools/aws/region.ts';
import { parseArguments, UsageError } from '../../../infra/preflight/arguments.ts';
import { runCheck } from '../../../infra/preflight/check.ts';
import { formatJson, formatText } from '../../../infra/preflight/report.ts';
import { SynthError } from '../../../infra/preflight/template.ts';
import { factsOf, OFFLINE } from './facts.ts';

const DEFAULTS = { context: {}, profile: undefined, json: false, probe: false, help: false };

test.each([
  [[], DEFAULTS],
  [['--json', '--probe', '--help'], { ...DEFAULTS, json: true, probe: true, help: true }],
  [['-h'], { ...DEFAULTS, help: true }],
  [
    ['-c', 'stackName=Staging', '--context', 'allowedCidrs=192.0.2.0/24,198.51.100.0/24'],
    {
      ...DEFAULTS,
      context: { stackName: 'Staging', allowedCidrs: '192.0.2.0/24,198.51.100.0/24' },
    },
  ],
  // A value may contain the separator, be empty, and be set again.
  [
    ['-c', 'policyFile=a=b.yaml', '-c', 'alarmEmail=', '-c', 'policyFile=c=d.yaml'],
    { ...DEFAULTS, context: { policyFile: 'c=d.yaml', alarmEmail: '' } },
  ],
  [['--profile', 'prod'], { ...DEFAULTS, profile: 'prod' }],
])('arguments %j', (args, expected) => {
  expect(parseArguments(args)).toEqual(expected);
});

test.each([
  [['-c', 'stackName'], /^Expected -c name=value, got -c stackName\.$/],
  [['-c', '=value'], /^Expected -c name=value/],
  [['-c'], /'-c, --context <value>' argument missing/],
  [['--porbe'], /--porbe/],
  [['RiskGate'], /RiskGate/],
])('arguments %j are refused', (args, message) => {
  expect(() => parseArguments(args)).toThrow(UsageError);
  expect(() => parseArguments(args)).toThrow(message);
});

test.each([
  [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-1', 'AWS_REGION'],
  [{ AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-2', 'AWS_DEFAULT_REGION'],
  [{ AWS_REGION: '', AMAZON_REGION: 'eu-west-3' }, 'eu-west-3', 'AMAZON_REGION'],
])('the region of %j', async (environment, region, source) => {
  expect(await resolveRegion(environment, undefined)).toEqual({ region, source });
});

describe('the region of a profile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-region-'));
  const config = join(folder, 'config');
  writeFileSync(config, '[profile prod]\nregion = eu-north-1\n[profile bare]\n');
  const { AWS_REGION: before } = process.env;

  beforeAll(() => {
    delete process.env.AWS_REGION;
    process.env.AWS_CONFIG_FILE = config;
  });
  afterAll(() => {
    delete process.env.AWS_CONFIG_FILE;
    if (before !== undefined) process.env.AWS_REGION = before;
    rmSync(folder, { recursive: true });
  });

  test.each([
    ['prod', 'eu-north-1', 'the profile'],
    ['bare', 'us-east-1', 'the default of CDK'],
  ])('%s', async (profile, region, source) => {
    expect(await resolveRegion({}, profile)).toEqual({ region, source });
  });
});

const finding = (check: string, level: 'ok' | 'warning' | 'error', text: string) => ({
  check,
  level,
  text,
});

test('the report has one line for each finding, and merges findings with the same text', () => {
  const findings = [
    finding('stack', 'ok', 'Fine.'),
    finding('VPCs', 'warning', 'Not checked.'),
    finding('roles', 'warning', 'Not checked.'),
    finding('Docker', 'error', 'Start it.'),
  ];
  expect(formatText(findings, { colours: false })).toBe(
    [
      'ok       stack: Fine.',
      'warning  VPCs, roles: Not checked.',
      'error    Docker: Start it.',
      '',
      '1 error and 1 warning: correct the errors before you deploy.',
      '',
    ].join('\n'),
  );
  expect(formatText(findings.slice(0, 1), { colours: false })).toMatch(
    /\nNo errors and no warnings\.\n$/,
  );
  expect(formatText(findings.slice(3), { colours: true })).toContain('\u001b[31merror  \u001b[0m');
  const deployment = { region: 'us-east-1', stackName: 'RiskGate' };
  expect(JSON.parse(formatJson(findings, deployment))).toEqual({ ...deployment, findings });
});

describe('a check that does not end as it should is a warning:', () => {
  const run = async (result: () => Promise<never>, timeoutMs = 60_000) =>
    runCheck({ name: 'x', run: result }, await factsOf({ account: OFFLINE }), timeoutMs);
  const fail = (error: Error) => () => Promise.reject(error);
  const named = (name: string, message: string) => Object.assign(new Error(message), { name });

  test.each<[name: string, result: () => Promise<never>, text: string]>([
    [
      'no template',
      fail(new SynthError('policy.yaml:1: …')),
      'Not checked, because the template cannot be synthesized.',
    ],
    [
      'throttling',
      fail(named('ThrottlingException', 'Rate exceeded')),
      'Not checked, because AWS throttled the request: run the command again.',
    ],
    [
      'a connection error',
      fail(Object.assign(named('Error', 'connect ECONNREFUSED'), { action: 'ec2:DescribeVpcs' })),
      'Not checked, because of an error at ec2:DescribeVpcs: connect ECONNREFUSED.',
    ],
    [
      'a permission without a known action',
      fail(named('AccessDeniedException', 'No.')),
      'Not checked, because the credentials do not allow an action: allow it, or check this yourself.',
    ],
  ])('%s', async (_, result, text) => {
    expect(await run(result)).toEqual([{ check: 'x', level: 'warning', text }]);
  });

  test('no response', async () => {
    expect(await run(() => new Promise(() => undefined), 10)).toEqual([
      {
        check: 'x',
        level: 'warning',
        text: 'Not checked, because there was no response within 0.01 s: check the network and run the command again.',
      },
    ]);
  });
});
