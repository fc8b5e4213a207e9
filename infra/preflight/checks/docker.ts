import { execFile } from 'node:child_process';
import { error, ok } from '../../../app/tools/findings/finding.ts';
import type { Check, LocalFacts } from '../check.ts';

const COMMAND_TIMEOUT_MS = 20_000;

/** Docker with BuildKit, which builds the image unless `imageUri` names one. */
export const dockerCheck: Check<LocalFacts> = {
  name: 'Docker',
  async run({ config }) {
    if (config.imageUri !== undefined) return [];
    // As CDK does: another command with the same arguments, such as finch or podman.
    const docker = process.env.CDK_DOCKER ?? 'docker';
    const version = await run(docker, ['version', '--format', '{{.Server.Version}}']);
    if (version.kind !== 'ok') return [error(describe(docker, version))];
    const buildx = await run(docker, ['buildx', 'version']);
    if (buildx.kind !== 'ok' && docker === 'docker') {
      return [
        error(
          'Docker has no BuildKit: install the plugin docker-buildx, or set imageUri to an existing ARM64 image.',
        ),
      ];
    }
    return [ok(`${docker} ${version.output} is running.`)];
  },
};

type Outcome =
  | { readonly kind: 'ok'; readonly output: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly output: string };

function run(file: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      file,
      [...args],
      { timeout: COMMAND_TIMEOUT_MS, env: process.env },
      (cause, stdout, stderr) => {
        if (cause === null) resolve({ kind: 'ok', output: stdout.trim() });
        else if (cause.code === 'ENOENT') resolve({ kind: 'missing' });
        else {
          const [line = ''] = stderr.trim().split('\n');
          resolve({
            kind: 'failed',
            output: cause.killed ? 'no response' : line.replace(/\.$/, ''),
          });
        }
      },
    );
  });
}

function describe(docker: string, outcome: Exclude<Outcome, { kind: 'ok' }>): string {
  const otherwise = 'or set imageUri to an existing ARM64 image';
  return outcome.kind === 'missing'
    ? `${docker} is not installed: install it, ${otherwise}.`
    : `${docker} is not running (${outcome.output}): start it, ${otherwise}.`;
}
