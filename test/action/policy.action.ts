import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { CLI_BUNDLE } from '../../app/build/bundle.ts';
import { policyText, rule } from '../support/policies.ts';
import { type CommentsApi, startCommentsApi } from './comments-api.ts';
import { type ActionResult, readAction, runAction } from './runner.ts';

const REPOSITORY = 'example/policies';
const POLICY = policyText(
  rule('high-risk', 'abuse.score >= 75', '{ deny: High risk. }'),
  'unknown: { address: { deny: No }, reputation: { deny: No } }',
);
const CASES = `cases:
  - { name: a score of 60, given: { address: 205.210.31.51, score: 60 }, expect: refuse }
  - { name: a score of 10, given: { address: 205.210.31.51, score: 10 }, expect: issue }
`;

const root = mkdtempSync(join(tmpdir(), 'policy-action-'));
const workspace = join(root, 'workspace');
const action = join(root, 'checkout', '.github', 'actions', 'policy');
let api: CommentsApi;
let runs = 0;

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
  return execFileSync('git', [...identity, ...args], { cwd: workspace, encoding: 'utf8' }).trim();
}

function commit(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(workspace, name), text);
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'Change');
  return git('rev-parse', 'HEAD');
}

/** Runs the action on the commit that is checked out. */
async function run(base: string, options: { readonly fork?: boolean } = {}): Promise<ActionResult> {
  runs += 1;
  const temp = join(root, `run-${runs}`);
  mkdirSync(temp);
  const repository = options.fork ? 'somebody/policies' : REPOSITORY;
  return runAction({
    action,
    inputs: { policy: 'policy.yaml', cases: '.', 'min-coverage': '10' },
    event: {
      pull_request: { number: 7, base: { sha: base }, head: { repo: { full_name: repository } } },
    },
    workspace,
    temp,
    token: options.fork ? 'token-that-may-read' : api.token,
    environment: { GITHUB_API_URL: api.url, GITHUB_REPOSITORY: REPOSITORY },
  });
}

beforeAll(async () => {
  // As a runner has the repository of an action; the bundle is what the action builds if there is none.
  cpSync(new URL('../../.github/actions/policy', import.meta.url), action, { recursive: true });
  await build({ ...CLI_BUNDLE, outdir: join(root, 'checkout', 'dist-cli') });
  mkdirSync(workspace);
  git('init', '--quiet', '--initial-branch=main');
  api = await startCommentsApi(REPOSITORY, 7);
});

afterAll(async () => {
  await api.stop();
  rmSync(root, { recursive: true });
});

test('a pull request gets one comment, which later runs update', async () => {
  const base = commit({
    'policy.yaml': POLICY,
    'policy.cases.yaml': CASES.replace('refuse', 'issue'),
  });
  commit({ 'policy.yaml': POLICY.replace('75', '50'), 'policy.cases.yaml': CASES });
  const first = await run(base);
  expect(Object.values(first.outcomes)).toEqual(Array(6).fill('success'));
  expect(api.comments).toHaveLength(1);
  const [comment] = api.comments;
  expect(comment?.body).toMatch(
    /^<!-- risk-gate-policy \.%2Fpolicy\.yaml -->\n## ✅ Policy `policy\.yaml`\n\n1 part has changed\./,
  );
  expect(comment?.body).toContain(
    '| `a score of 60` | `issue` | `refuse by high-risk: High risk.` |',
  );
  expect(comment?.body).toContain('- when: abuse.score >= 75\n+ when: abuse.score >= 50\n');
  expect(first.summary.trimEnd()).toBe(comment?.body.split('\n').slice(1).join('\n').trimEnd());

  // A line of the policy is no command of the workflow, and a name cannot end its code.
  const wrong = POLICY.replace('abuse.score >= 75', 'abus.score').replace(
    'version: 1',
    'version: 1 # ::error::x',
  );
  commit({ 'policy.yaml': wrong });
  const second = await run(base);
  expect(second.outcomes).toMatchObject({
    'Check the policy': 'failure',
    'Run the test cases': 'failure',
    'Compare with the base': 'failure',
    'Comment on the pull request': 'success',
  });
  expect(api.comments).toHaveLength(1);
  expect(comment?.body).toContain('❌ new error');
  expect(second.log).toMatch(
    /::stop-commands::([\w-]+)\n[\s\S]*unknown variable abus[\s\S]*\n::\1::\n/,
  );
});

test('a fork gets the report in the summary, and a notice', async () => {
  const base = git('rev-parse', 'HEAD');
  commit({ 'policy.yaml': POLICY });
  api.comments.splice(0);
  const { outcomes, summary, log } = await run(base, { fork: true });
  expect(outcomes['Comment on the pull request']).toBe('success');
  expect(api.comments).toEqual([]);
  expect(summary).toContain('✅ fixed');
  expect(log).toContain(
    '::notice::The pull request comes from a fork, whose token may not comment',
  );
  expect(log).not.toContain('token-that-may-read');
});

test('no script of the action contains an expression', () => {
  for (const { run: script } of readAction(action).runs.steps) expect(script).not.toContain('${{');
});
