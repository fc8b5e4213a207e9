import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The CloudFormation template of the stack. */
export interface Template {
  readonly Description?: string;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The stack cannot be synthesized; the message has one line per issue. */
export class SynthError extends Error {}

/**
 * Synthesizes the stack as `cdk synth` does, without building the image.
 *
 * @throws SynthError with the output of the app.
 */
export async function synthesize(
  context: Readonly<Record<string, unknown>>,
  region: string,
): Promise<Template> {
  const directory = mkdtempSync(join(tmpdir(), 'risk-gate-preflight-'));
  try {
    const app = spawn(process.execPath, ['--import', 'tsx', 'infra/main.ts'], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        CDK_OUTDIR: directory,
        CDK_CONTEXT_JSON: JSON.stringify(context),
        CDK_DEFAULT_REGION: region,
        // CDK's own checks take most of the time, and do not depend on the account.
        CDK_VALIDATION: 'false',
      },
    });
    const exited = new Promise<number | null>((resolve, reject) => {
      app.on('error', reject);
      app.on('close', resolve);
    });
    const [output, status] = await Promise.all([text(app.stderr), exited]);
    if (status !== 0) throw new SynthError(output.trim());
    const file = readdirSync(directory).find((name) => name.endsWith('.template.json'));
    return JSON.parse(readFileSync(join(directory, file ?? ''), 'utf8'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Returns the text of a property; `undefined` if it refers to another resource. */
export function resolveText(
  value: unknown,
  account: { readonly id: string; readonly region: string; readonly partition: string },
): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { Ref, 'Fn::Join': join } = value as {
    readonly Ref?: string;
    readonly 'Fn::Join'?: readonly [separator: string, parts: readonly unknown[]];
  };
  if (join !== undefined) {
    const [separator, parts] = join;
    const texts = parts.map((part) => resolveText(part, account));
    return texts.includes(undefined) ? undefined : texts.join(separator);
  }
  const pseudoParameters: Readonly<Record<string, string>> = {
    'AWS::AccountId': account.id,
    'AWS::Region': account.region,
    'AWS::Partition': account.partition,
  };
  return pseudoParameters[Ref ?? ''];
}
