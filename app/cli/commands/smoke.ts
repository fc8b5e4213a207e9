import type { NamedFinding } from '../../tools/findings/finding.ts';
import type { AddCommand, CommandResult } from '../command-line.ts';
import { parseCount } from '../parse-count.ts';
import { startProgress } from '../terminal.ts';
import { readInput } from './identity-server/options.ts';
import { addDeploymentOptions, type DeploymentCommandOptions } from './stack-options.ts';

interface SmokeCommandOptions extends DeploymentCommandOptions {
  readonly signatureSecretFile?: string;
  readonly policy?: string;
  readonly calls: number;
}

const VARIABLES_HELP = `
Secrets, from the environment:
  ACTION_CREDENTIAL        the JSON of the credential, with --endpoint
  RISK_GATE_ACCESS_TOKEN   with the scheme oauth2: an access token of the issuer
Another certificate authority: NODE_EXTRA_CA_CERTS.`;

/** Adds the command `smoke`. */
export const addSmoke: AddCommand = (program, { terminal, action }) => {
  const command = program
    .command('smoke')
    .description('Calls a deployed endpoint as the identity server does, and says what is right.');
  addDeploymentOptions(command)
    .option(
      '--signature-secret-file <path>',
      'file with the secret of signed addresses, instead of that of the stack',
    )
    .option('--policy <path>', 'policy that should be deployed')
    .option(
      '--calls <number>',
      'calls from which the latency is measured',
      parseCount(1, 10_000),
      50,
    )
    .addHelpText('after', VARIABLES_HELP)
    .action(
      action(async (options: SmokeCommandOptions): Promise<CommandResult> => {
        const { readTarget } = await import('../../tools/smoke/read-target.ts');
        const { runSmoke } = await import('../../tools/smoke/smoke.ts');
        const { environment } = terminal;
        const read = async (path: string | undefined, option: string) =>
          path === undefined ? undefined : (await readInput(path, option, terminal)).trim();
        const given = {
          endpoint: options.endpoint,
          credential:
            (await read(options.credentialFile, '--credential-file')) ??
            (options.endpoint === undefined ? undefined : environment.ACTION_CREDENTIAL),
          accessToken: environment.RISK_GATE_ACCESS_TOKEN,
          signatureSecret: await read(options.signatureSecretFile, '--signature-secret-file'),
        };
        const target = await readTarget(given, options, environment);
        const policy = await readPolicy(options.policy, terminal.folder);
        const progress = startProgress(terminal, 'Measuring', options.calls, 'calls');
        try {
          const findings = await runSmoke(
            { ...target, policy },
            { calls: options.calls, now: terminal.now, onCall: (done) => progress.update(done) },
          );
          return present(target.endpoint, findings);
        } finally {
          progress.stop();
        }
      }),
    );
};

async function readPolicy(file: string | undefined, folder: string) {
  if (file === undefined) return undefined;
  const { loadPolicy } = await import('../../tools/policy/load.ts');
  return { file, policy: await loadPolicy(file, folder) };
}

async function present(
  endpoint: string,
  findings: readonly NamedFinding[],
): Promise<CommandResult> {
  const { countFindings, formatFindings } = await import('../../tools/findings/format.ts');
  const hasErrors = findings.some(({ level }) => level === 'error');
  return {
    json: { endpoint, findings },
    text: ({ bold, green, yellow, red }) => {
      const paint = { ok: green, warning: yellow, error: red };
      const lines = formatFindings(findings, (text, level) => paint[level](text));
      return `${bold(endpoint)}\n${lines}\n\nResult: ${countFindings(findings)}.`;
    },
    hasFindings: hasErrors,
  };
}
