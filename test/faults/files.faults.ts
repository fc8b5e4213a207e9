import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mmdbFile } from '../../app/dev/simulator/mmdb.ts';
import { testEachState } from './matrix.ts';
import { type Decision, startBuilt, startServiceProcess } from './service.ts';
import { FROM_ABUSEIPDB, FROM_MEMORY } from './states.ts';
import { startWorld, type World } from './world.ts';

const places = (country: string) =>
  mmdbFile([['9.0.0.0/8', { country: { iso_code: country } }]], { built: new Date() });
const DATABASE = places('NL');

/** The policy of the other tests, which also refuses Belgium. */
const POLICY = readFileSync(new URL('policy.yaml', import.meta.url), 'utf8')
  .replace('rules:', 'rules:\n  - { id: belgium, when: geo.country == "BE", then: { deny: No. } }')
  .replace('unknown:', 'unknown:\n  geo: ignore');
const STRICTER_POLICY = POLICY.replace('{ lifetime: 50s }', '{ lifetime: 20s }');
const BROKEN_POLICY = POLICY.replace('abuse.score >= 75', 'abuse.scor >= 75').replace(
  '{ lifetime: 50s }',
  '{ lifetime: soon }',
);

const folder = mkdtempSync(join(tmpdir(), 'risk-gate-files-'));
const geo = { path: join(folder, 'geo.mmdb'), valid: DATABASE };
const policy = { path: join(folder, 'policy.yaml'), valid: Buffer.from(POLICY) };

type Replace = (path: string, content: Buffer | string) => void;

const METHODS: readonly (readonly [string, Replace])[] = [
  [
    'by renaming another file',
    (path, content) => {
      writeFileSync(`${path}.new`, content);
      renameSync(`${path}.new`, path);
    },
  ],
  ['in place', (path, content) => writeFileSync(path, content)],
];

const TWO_ISSUES = [
  expect.stringMatching(`^${policy.path}:6: rule "high", when: .*abuse\\.scor`),
  expect.stringMatching(
    `^${policy.path}:10: rule "elevated", then\\.lifetime: "soon" is not a valid duration`,
  ),
];

interface Case {
  readonly name: string;
  readonly file: typeof geo;
  readonly content: Buffer | string;
  /** The decision of a service that starts with this file. */
  readonly decision?: Partial<Decision>;
  /** The error messages of a start that fails. */
  readonly errors?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'a newer geo database',
    file: geo,
    content: places('BE'),
    decision: { status: 200, outcome: 'refuse', geo: { country: 'BE' } },
  },
  {
    name: 'a truncated geo database',
    file: geo,
    content: DATABASE.subarray(0, DATABASE.length / 2),
    errors: [
      `The geo database ${geo.path} is not an mmdb file, or is truncated: replace it with a complete .mmdb file.`,
    ],
  },
  {
    name: 'a damaged geo database',
    file: geo,
    content: Buffer.from(DATABASE).fill(0xff, 0, DATABASE.indexOf(Buffer.alloc(16))),
    errors: [
      expect.stringMatching(
        `^The geo database ${geo.path} is damaged \\(.+\\): download it again.$`,
      ),
    ],
  },
  {
    name: 'an empty geo database',
    file: geo,
    content: '',
    errors: [`The geo database ${geo.path} is damaged (it is empty): download it again.`],
  },
  {
    name: 'a stricter policy',
    file: policy,
    content: STRICTER_POLICY,
    decision: { status: 200, outcome: 20 },
  },
  {
    name: 'a policy with two issues',
    file: policy,
    content: BROKEN_POLICY,
    errors: TWO_ISSUES,
  },
  {
    name: 'a policy that is not valid YAML',
    file: policy,
    content: 'version: 1\nrules: [\n',
    errors: [expect.stringMatching(`^${policy.path}:\\d+: .+`)],
  },
  {
    name: 'an empty policy',
    file: policy,
    content: '',
    errors: [expect.stringMatching(`^${policy.path}:1: .+`)],
  },
];

let world: World;

function restoreFiles(): void {
  for (const { path, valid } of [geo, policy]) writeFileSync(path, valid);
}

beforeAll(async () => {
  restoreFiles();
  world = await startWorld({ GEO_DATABASE: geo.path, POLICY_FILE: policy.path });
});

afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

const inNetherlands = (decision: object) => ({ ...decision, geo: { country: 'NL' } });

/** Starts the service, expects it to fail, and returns the error messages. */
async function failedStart(): Promise<string[]> {
  const service = startBuilt(world.environment);
  expect(await service.exited).toBe(1);
  return service.stderr().trim().split('\n');
}

/** Starts the service and returns its decision on a cold address. */
async function decisionAfterStart(): Promise<Decision> {
  const service = await startServiceProcess(world.environment);
  const decision = await service.requestDecision(world.newAddress());
  expect(await service.process.end()).toBe(0);
  return decision;
}

describe.each(METHODS)(
  'a file that is replaced while the service runs, %s, has no effect:',
  (_, replace) => {
    describe.each(CASES)('$name', ({ file, content }) => {
      testEachState(() => world, {
        begin: () => replace(file.path, content),
        expected: {
          cold: inNetherlands(FROM_ABUSEIPDB),
          'cached fresh': inNetherlands(FROM_MEMORY),
          'cached stale': inNetherlands(FROM_ABUSEIPDB),
        },
      });
      afterAll(restoreFiles);
    });
  },
);

describe('the next start', () => {
  const starting = CASES.filter(({ decision }) => decision !== undefined);
  const failing = CASES.filter(({ errors }) => errors !== undefined);
  afterEach(restoreFiles);

  test.each(starting)('uses $name', async ({ file, content, decision = {} }) => {
    writeFileSync(file.path, content);
    expect(await decisionAfterStart()).toMatchObject(decision);
  });

  test.each(failing)('fails for $name with an error message', async ({ file, content, errors }) => {
    writeFileSync(file.path, content);
    expect(await failedStart()).toEqual(errors);
  });

  test('reports the issues of both files at once, and succeeds once they are fixed', async () => {
    writeFileSync(geo.path, 'no database');
    writeFileSync(policy.path, BROKEN_POLICY);
    const noDatabase = expect.stringMatching(`^The geo database ${geo.path} is not an mmdb file`);
    expect(await failedStart()).toEqual([...TWO_ISSUES, noDatabase]);
    restoreFiles();
    expect(await decisionAfterStart()).toMatchObject(inNetherlands(FROM_ABUSEIPDB));
  });
});
