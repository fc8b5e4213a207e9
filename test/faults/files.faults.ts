import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mmdbFile } from '../support/mmdb.ts';
import { testEachState } from './matrix.ts';
import { type Asked, startBuilt, startServiceProcess } from './service.ts';
import { FROM_MEMORY, KNOWN_NOW } from './states.ts';
import { startWorld, type World } from './world.ts';

const places = (country: string) =>
  mmdbFile([['9.0.0.0/8', { country: { iso_code: country } }]], { built: new Date() });
const DATABASE = places('NL');

/** That of the other tests, which refuses what lies in Belgium too. */
const POLICY = readFileSync(new URL('policy.yaml', import.meta.url), 'utf8')
  .replace('rules:', 'rules:\n  - { id: belgium, when: geo.country == "BE", then: { deny: No. } }')
  .replace('unknown:', 'unknown:\n  geo: ignore');
const STRICTER_POLICY = POLICY.replace('{ lifetime: 50s }', '{ lifetime: 20s }');
const BROKEN_POLICY = POLICY.replace('abuse.score >= 75', 'abuse.scor >= 75').replace(
  '{ lifetime: 50s }',
  '{ lifetime: soon }',
);

const folder = mkdtempSync(join(tmpdir(), 'risk-gate-files-'));
const geo = { path: join(folder, 'geo.mmdb'), right: DATABASE };
const policy = { path: join(folder, 'policy.yaml'), right: Buffer.from(POLICY) };

type Way = (path: string, content: Buffer | string) => void;

const WAYS: readonly (readonly [string, Way])[] = [
  [
    'under another name, and renamed',
    (path, content) => {
      writeFileSync(`${path}.new`, content);
      renameSync(`${path}.new`, path);
    },
  ],
  ['over what was there', (path, content) => writeFileSync(path, content)],
];

const TWO_MISTAKES = [
  expect.stringMatching(`^${policy.path}:6: rule "high", when: .*abuse\\.scor`),
  expect.stringMatching(
    `^${policy.path}:10: rule "elevated", then\\.lifetime: "soon" is no duration`,
  ),
];

interface Case {
  readonly name: string;
  readonly file: typeof geo;
  readonly content: Buffer | string;
  /** What a service answers that starts with it. */
  readonly answers?: Partial<Asked>;
  /** What the lines say with which a start ends. */
  readonly says?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'a newer geo database',
    file: geo,
    content: places('BE'),
    answers: { status: 200, outcome: 'refuse', geo: { country: 'BE' } },
  },
  {
    name: 'half a geo database',
    file: geo,
    content: DATABASE.subarray(0, DATABASE.length / 2),
    says: [
      `The geo database ${geo.path} is not an mmdb file, or is truncated: replace it with a complete .mmdb file.`,
    ],
  },
  {
    name: 'a geo database with a hole',
    file: geo,
    content: Buffer.from(DATABASE).fill(0xff, 0, DATABASE.indexOf(Buffer.alloc(16))),
    says: [
      expect.stringMatching(
        `^The geo database ${geo.path} is damaged \\(.+\\): download it again.$`,
      ),
    ],
  },
  {
    name: 'an empty geo database',
    file: geo,
    content: '',
    says: [`The geo database ${geo.path} is damaged (it is empty): download it again.`],
  },
  {
    name: 'a stricter policy',
    file: policy,
    content: STRICTER_POLICY,
    answers: { status: 200, outcome: 20 },
  },
  {
    name: 'a policy with two mistakes',
    file: policy,
    content: BROKEN_POLICY,
    says: TWO_MISTAKES,
  },
  {
    name: 'a policy that is no YAML',
    file: policy,
    content: 'version: 1\nrules: [\n',
    says: [expect.stringMatching(`^${policy.path}:\\d+: .+`)],
  },
  {
    name: 'an empty policy',
    file: policy,
    content: '',
    says: [expect.stringMatching(`^${policy.path}:1: .+`)],
  },
];

let world: World;

function putRightFiles(): void {
  for (const { path, right } of [geo, policy]) writeFileSync(path, right);
}

beforeAll(async () => {
  putRightFiles();
  world = await startWorld({ GEO_DATABASE: geo.path, POLICY_FILE: policy.path });
});

afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

const inNetherlands = (answer: object) => ({ ...answer, geo: { country: 'NL' } });

/** What a start ends with, line by line. */
async function failedStart(): Promise<string[]> {
  const service = startBuilt(world.environment);
  expect(await service.exited).toBe(1);
  return service.stderr().trim().split('\n');
}

/** What a service that is started now answers of a cold address. */
async function answerAfterStart(): Promise<Asked> {
  const service = await startServiceProcess(world.environment);
  const asked = await service.ask(world.newAddress());
  expect(await service.process.end()).toBe(0);
  return asked;
}

describe.each(WAYS)('Written while it serves, %s:', (_, replace) => {
  // The service goes on with what it has loaded.
  describe.each(CASES)('$name', ({ file, content }) => {
    testEachState(() => world, {
      begin: () => replace(file.path, content),
      expected: {
        cold: inNetherlands(KNOWN_NOW),
        'cached fresh': inNetherlands(FROM_MEMORY),
        'cached stale': inNetherlands(KNOWN_NOW),
      },
    });
    afterAll(putRightFiles);
  });
});

describe('The next start', () => {
  const STARTING = CASES.filter(({ answers }) => answers !== undefined);
  const ENDING = CASES.filter(({ says }) => says !== undefined);
  afterEach(putRightFiles);

  test.each(STARTING)('takes up $name', async ({ file, content, answers = {} }) => {
    writeFileSync(file.path, content);
    expect(await answerAfterStart()).toMatchObject(answers);
  });

  test.each(ENDING)('ends for $name, and says what and where', async ({ file, content, says }) => {
    writeFileSync(file.path, content);
    expect(await failedStart()).toEqual(says);
  });

  test('ends for both files broken at once, and works again when they are mended', async () => {
    writeFileSync(geo.path, 'no database');
    writeFileSync(policy.path, BROKEN_POLICY);
    const noDatabase = expect.stringMatching(`^The geo database ${geo.path} is not an mmdb file`);
    expect(await failedStart()).toEqual([...TWO_MISTAKES, noDatabase]);
    putRightFiles();
    expect(await answerAfterStart()).toMatchObject(inNetherlands(KNOWN_NOW));
  });
});
