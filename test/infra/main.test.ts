import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mmdbFile } from '../support/mmdb.ts';

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
      ...environment,
    },
  });
  return {
    status,
    lines: stderr.split('\n').filter((line) => line !== ''),
    files: readdirSync(out),
    /** Warnings are among its metadata, in a file of their own in newer releases. */
    manifest: readdirSync(out)
      .filter((name) => name.endsWith('.json') && !name.includes('template'))
      .map((name) => readFileSync(join(out, name), 'utf8'))
      .join('\n'),
  };
}

describe('cdk synth goes on', () => {
  test.each<[name: string, context: object, warning: RegExp | undefined]>([
    ['after cdk acknowledge', { 'acknowledged-issue-numbers': [34892] }, undefined],
    [
      'with a context value of another tool, and mentions it',
      { stage: 'prod' },
      /The context value stage is not an option of Risk Gate and is ignored/,
    ],
  ])('%s', (_, context, warning) => {
    const { status, files, manifest } = synth(context);
    expect(status).toBe(0);
    expect(files).toContain('RiskGate.template.json');
    expect(manifest).toMatch(warning ?? /RiskGate/);
    if (warning === undefined) expect(manifest).not.toContain('is not an option');
  });
});

test('cdk synth warns of what the policy lets pass, and goes on', () => {
  const policyFile = join(directory, 'fails-open.yaml');
  writeFileSync(
    policyFile,
    'version: 1\nrules:\n  - id: x\n    when: geo.country == "KP"\n    then: { deny: "No" }\nunknown: { address: { deny: "No" }, geo: ignore }\n',
  );
  const { status, manifest } = synth({ policyFile });
  expect(status).toBe(0);
  expect(manifest).toMatch(/fails-open\.yaml:6: unknown\.geo: fails open: while geo is unknown/);
});

describe('cdk synth stops, with nothing said but', () => {
  const badPolicy = () => {
    const path = join(directory, 'policy.yaml');
    writeFileSync(
      path,
      'version: 1\nrules:\n  - id: x\n    when: geo.contry == "SE"\n    then: { allow: true }\nunknown: { geo: ignore }\n',
    );
    return path;
  };

  /** Writes a database of countries, or only its first part. */
  const writeMmdb = (name: string, share = 1) => {
    const path = join(directory, name);
    const file = mmdbFile([['8.8.8.0/24', { country_code: 'US' }]]);
    writeFileSync(path, file.subarray(0, Math.floor(file.length * share)));
    return path;
  };

  test.each<[name: string, context: () => object, sentences: RegExp[], region?: string]>([
    [
      'a sentence for each mistake of the configuration',
      () => ({ domainName: 'gate.example.com', minTasks: '3', allowedCidrs: '10.0.0.0/33' }),
      [/^allowedCidrs holds/, /^domainName is set without/, /^minTasks is no known/],
    ],
    ['the mistakes of the policy', () => ({ policyFile: badPolicy() }), [/policy\.yaml:4.*contry/]],
    [
      'what the service says of a file that is not a country database',
      () => ({ geoDatabase: 'package.json' }),
      [/^geoDatabase: The geo database package\.json is no mmdb file/],
    ],
    [
      'what it says of the second of two files',
      () => ({ geoDatabase: `${writeMmdb('country.mmdb')},package.json` }),
      [/^geoDatabase: The geo database package\.json is no mmdb file/],
    ],
    [
      'what it says of a country database that is cut off',
      () => ({ geoDatabase: writeMmdb('half.mmdb', 0.5) }),
      [/^geoDatabase: The geo database \S+half\.mmdb is no mmdb file or its end is cut off/],
    ],
    [
      'what is missing for a region that is not known',
      () => ({}),
      [/^The prefix list of CloudFront in the region eu-south-2 is not known here/],
      'eu-south-2',
    ],
  ])(
    '%s',
    (_, context, sentences, region = 'us-east-1') => {
      const { status, lines, files } = synth(context(), { CDK_DEFAULT_REGION: region });
      expect(lines.sort()).toEqual(sentences.map((sentence) => expect.stringMatching(sentence)));
      expect(status).toBe(1);
      expect(files).not.toContain('RiskGate.template.json');
    },
    60_000,
  );
});
