import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mmdbFile } from '../../app/dev/simulator/mmdb.ts';
import { PAGES_ARN } from '../support/stack.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'risk-gate-main-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the app as `cdk synth -c …` does. */
function synth(context: object, environment: Readonly<Record<string, string>> = {}) {
  const out = mkdtempSync(join(directory, 'cdk.out-'));
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'infra/main.ts'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      CDK_OUTDIR: out,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      // Takes most of the time, and is a step of CI.
      CDK_VALIDATION: 'false',
      ...environment,
    },
  });
  return {
    status,
    lines: stderr.split('\n').filter((line) => line !== ''),
    files: readdirSync(out),
    /** The manifest with its metadata, which contains warnings. Newer releases write it to a separate file. */
    manifest: readdirSync(out)
      .filter((name) => name.endsWith('.json') && !name.includes('template'))
      .map((name) => readFileSync(join(out, name), 'utf8'))
      .join('\n'),
  };
}

test("cdk synth warns of other tools' context and of a policy that fails open or waits too long, but not of acknowledged issues", () => {
  const policyFile = join(directory, 'fails-open.yaml');
  writeFileSync(
    policyFile,
    'version: 1\nwait: { reputation: 1200ms }\nrules:\n  - id: x\n    when: geo.country == "KP" || abuse.tor\n    then: { deny: "No" }\nunknown: { address: { deny: "No" }, reputation: { deny: "No" }, geo: ignore }\n',
  );
  const context = { 'acknowledged-issue-numbers': [34892], stage: 'prod', policyFile };
  const { status, files, manifest } = synth(context);
  expect(status).toBe(0);
  expect(files).toContain('RiskGate.template.json');
  const foreign = [...manifest.matchAll(/The context value (\S+) is not an option/g)];
  expect(new Set(foreign.map(([, name]) => name))).toEqual(new Set(['stage']));
  expect(manifest).toMatch(/fails-open\.yaml:7: unknown\.geo: fails open: while geo is unknown/);
  expect(manifest).toMatch(/The policy waits 1200 ms for the reputation, but a decision has/);
});

test.each<[name: string, context: object, warning: 'pages' | 'tickets' | undefined]>([
  ['nobody is subscribed', {}, 'pages'],
  ['an address for tickets only', { ticketEmail: 'team@example.com' }, 'pages'],
  ['an existing topic for pages only', { pagesTopicArn: PAGES_ARN }, 'tickets'],
  ['an address, which receives both', { alarmEmail: 'ops@example.com' }, undefined],
])('cdk synth warns of missing subscribers: %s', (_, context, warning) => {
  const { status, manifest } = synth(context);
  expect(status).toBe(0);
  expect(/Nobody is notified when logins fail/.test(manifest)).toBe(warning === 'pages');
  expect(/Nobody receives tickets/.test(manifest)).toBe(warning === 'tickets');
});

test('cdk synth says that an address must be confirmed', () => {
  const { manifest } = synth({ alarmEmail: 'ops@example.com', ticketEmail: 'team@example.com' });
  expect(manifest).toContain('ops@example.com and team@example.com must confirm the subscription');
});

describe('cdk synth fails and prints only', () => {
  const badPolicy = () => {
    const path = join(directory, 'policy.yaml');
    writeFileSync(
      path,
      'version: 1\nrules:\n  - id: x\n    when: geo.contry == "SE"\n    then: { allow: true }\nunknown: { geo: ignore }\n',
    );
    return path;
  };

  const countries = () => {
    const path = join(directory, 'country.mmdb');
    writeFileSync(path, mmdbFile([['8.8.8.0/24', { country_code: 'US' }]]));
    return path;
  };

  test.each<[name: string, context: () => object, sentences: RegExp[], region?: string]>([
    [
      'one sentence per issue of the configuration',
      () => ({ domainName: 'gate.example.com', minTasks: '3', allowedCidrs: '10.0.0.0/33' }),
      [/^allowedCidrs contains/, /^domainName is set without/, /^minTasks is not an option/],
    ],
    ['the issues of the policy', () => ({ policyFile: badPolicy() }), [/policy\.yaml:4.*contry/]],
    [
      'the error of a country database, here the second of two',
      () => ({ geoDatabase: `${countries()},package.json` }),
      [/^geoDatabase: .*package\.json/],
    ],
    [
      'the zone that is not in the region of the stack, by id',
      () => ({ zoneIds: 'euw1-az1,use1-az1' }),
      [
        /^zoneIds contains use1-az1, which is not in eu-west-1, the region of the stack: choose zones of that region\.$/,
      ],
      'eu-west-1',
    ],
    [
      'the zone that is not in the region of the stack, by name',
      () => ({ availabilityZones: 'us-east-1a,us-east-1b' }),
      [/^availabilityZones contains us-east-1a, which is not in us-east-2, the region/],
      'us-east-2',
    ],
  ])('%s', (_, context, sentences, region = 'us-east-1') => {
    const { status, lines, files } = synth(context(), { CDK_DEFAULT_REGION: region });
    expect(lines.sort()).toEqual(sentences.map((sentence) => expect.stringMatching(sentence)));
    expect(status).toBe(1);
    expect(files).not.toContain('RiskGate.template.json');
  });
});
