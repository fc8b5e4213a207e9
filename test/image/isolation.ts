import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Container } from './container.ts';

/** Tries to write to a path, and says only what came of it. */
const WRITE = `
  for (const path of process.argv.slice(1)) {
    try {
      require('node:fs').writeFileSync(path, 'x');
      console.log('written');
    } catch (error) {
      console.log(error.code);
    }
  }`;

/** Proves that a process of a container has as few rights as in the task definition. */
export async function checkIsolation(
  container: Container,
  pid: number,
  policyFile: string,
): Promise<void> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) =>
    new RegExp(`^${name}:[\t ]*(.*?)[\t ]*$`, 'm').exec(status)?.[1]?.replaceAll('\t', ' ');
  assert.equal(field('Uid'), '1000 1000 1000 1000', 'The service runs as another user.');
  assert.equal(field('Gid'), '1000 1000 1000 1000', 'The service runs in another group.');
  assert.equal(field('Groups'), '', 'The service has further groups.');
  assert.equal(field('NoNewPrivs'), '1', 'The service could gain rights.');
  for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) {
    assert.match(field(set) ?? '', /^0+$/, `The service has capabilities: ${set}.`);
  }
  const paths = ['/x', '/tmp/x', '/app/x', '/app/main.mjs', '/dev/x', policyFile];
  // Root may write wherever the file system lets anybody: only a read-only one stops it.
  for (const user of [1000, 0]) {
    const { stdout, stderr } = await container.exec(pid, ['node', '-e', WRITE, ...paths], user);
    const results = stdout.trim().split('\n');
    const expected = user === 0 ? /^EROFS$/ : /^(?:EROFS|EACCES)$/;
    const stopped = results.length === paths.length && results.every((code) => expected.test(code));
    assert.ok(stopped, `User ${user} can write to ${paths}: ${results} ${stderr}`);
    assert.equal(results[1], 'EROFS', 'What is open to all is open on a read-only root too.');
  }
}
