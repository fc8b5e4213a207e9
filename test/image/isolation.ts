import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Container } from './container.ts';

/** Tries to write to paths, and prints the error codes. */
const WRITE = `
  for (const path of process.argv.slice(1)) {
    try {
      require('node:fs').writeFileSync(path, 'x');
      console.log('written');
    } catch (error) {
      console.log(error.code);
    }
  }`;

/** Checks that a process of a container has no more privileges than in the task definition. */
export async function checkIsolation(
  container: Container,
  pid: number,
  policyFile: string,
): Promise<void> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) =>
    new RegExp(`^${name}:[\t ]*(.*?)[\t ]*$`, 'm').exec(status)?.[1]?.replaceAll('\t', ' ');
  assert.equal(field('Uid'), '1000 1000 1000 1000', 'The user must be 1000.');
  assert.equal(field('Gid'), '1000 1000 1000 1000', 'The group must be 1000.');
  assert.equal(field('Groups'), '', 'There must be no supplementary groups.');
  assert.equal(field('NoNewPrivs'), '1', 'The service must not be able to gain privileges.');
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) {
    assert.match(field(set) ?? '', /^0+$/, `The service must not have capabilities: ${set}.`);
  }
  const paths = ['/x', '/tmp/x', '/app/x', '/app/main.mjs', '/dev/x', policyFile];
  // Only a read-only file system keeps root from writing.
  for (const user of [1000, 0]) {
    const { stdout, stderr } = await container.exec(pid, ['node', '-e', WRITE, ...paths], user);
    const results = stdout.trim().split('\n');
    const expected = user === 0 ? /^EROFS$/ : /^(?:EROFS|EACCES)$/;
    const isBlocked =
      results.length === paths.length && results.every((code) => expected.test(code));
    assert.ok(
      isBlocked,
      `User ${user} must not be able to write to ${paths}: ${results} ${stderr}`,
    );
    assert.equal(
      results[1],
      'EROFS',
      'World-writable folders must be on the read-only root file system.',
    );
  }
}
