import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToolError } from '../../../../app/tools/errors.ts';
import { loadPolicy } from '../../../../app/tools/policy/load.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-'));
  await writeFile(join(folder, 'empty.yaml'), '');
  await writeFile(join(folder, 'latin1.yaml'), Buffer.from('version: 1\n# \xe9\n', 'latin1'));
  await writeFile(join(folder, 'issues.yaml'), 'version: 2\nrules: []\nmode: on\n');
  await writeFile(join(folder, 'large.yaml'), Buffer.alloc(16 * 1024 * 1024 + 1, 'x'));
});

afterAll(() => rm(folder, { recursive: true }));

test('a valid policy is compiled', async () => {
  const policy = await loadPolicy('app/policy.yaml');
  expect(policy.rules.length).toBeGreaterThan(0);
});

test.each([
  ['none.yaml', 'The policy none.yaml does not exist: correct the path.'],
  ['empty.yaml/a', 'The policy empty.yaml/a does not exist: correct the path.'],
  ['.', 'The policy . is a folder: name a file in it.'],
  ['empty.yaml', 'empty.yaml:1: the policy is empty.'],
  ['latin1.yaml', 'latin1.yaml:2: The file is not valid UTF-8; save the policy as UTF-8.'],
  ['large.yaml', 'The policy large.yaml is larger than 16 MiB: move its lists into feeds.'],
  [
    'issues.yaml',
    'issues.yaml:1: version: must be 1, not 2.\nissues.yaml:3: mode: must be enforce or monitor.',
  ],
])('%s is rejected with the reason', async (path, message) => {
  await expect(loadPolicy(path, folder)).rejects.toThrow(new ToolError(message));
});
