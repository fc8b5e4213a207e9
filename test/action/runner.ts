import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { runCommand } from '../support/process.ts';

/*
 * Runs the steps of a composite action as GitHub's runner does: the expressions in `if`, `env` and `working-directory`
 * are evaluated, and each script is run by bash with the runner's options.
 */

// https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
const BASH_OPTIONS = ['--noprofile', '--norc', '-e', '-o', 'pipefail'];

interface Step {
  readonly name: string;
  readonly id?: string;
  readonly if?: string;
  readonly shell: string;
  readonly 'working-directory'?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly run: string;
}

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly Step[] };
}

export interface ActionRun {
  /** Folder of the action. */
  readonly action: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** The payload of the event, `github.event`. */
  readonly event: object;
  /** The folder of the job. */
  readonly workspace: string;
  /** An empty folder for the files of the run. */
  readonly temp: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly token: string;
}

export interface ActionResult {
  readonly outcomes: Readonly<Record<string, 'success' | 'failure' | 'skipped'>>;
  readonly summary: string;
  readonly log: string;
}

export function readAction(folder: string): Action {
  return parse(readFileSync(join(folder, 'action.yml'), 'utf8'));
}

export async function runAction(run: ActionRun): Promise<ActionResult> {
  const { inputs, runs } = readAction(run.action);
  const defaults = Object.entries(inputs).map(([name, input]) => [name, input.default]);
  const steps: Record<string, { outcome: string; outputs: Record<string, string> }> = {};
  const context = {
    inputs: { ...Object.fromEntries(defaults), ...run.inputs },
    github: { event: run.event, token: run.token },
    steps,
  };
  const files = Object.fromEntries(
    ['event', 'summary', 'output'].map((name) => [name, join(run.temp, name)]),
  ) as Record<'event' | 'summary' | 'output', string>;
  writeFileSync(files.event, JSON.stringify(run.event));
  writeFileSync(files.summary, '');
  const outcomes: Record<string, 'success' | 'failure' | 'skipped'> = {};
  let log = '';
  for (const step of runs.steps) {
    const hasFailed = Object.values(outcomes).includes('failure');
    const condition = step.if === undefined ? !hasFailed : evaluate(step.if, context);
    if (!condition) {
      outcomes[step.name] = 'skipped';
      continue;
    }
    writeFileSync(files.output, '');
    const script = join(run.temp, 'script.sh');
    writeFileSync(script, step.run);
    const env = Object.entries(step.env ?? {}).map(([name, text]) => [name, fill(text, context)]);
    const { status, stdout, stderr } = await runCommand('bash', [...BASH_OPTIONS, script], {
      folder: join(run.workspace, fill(step['working-directory'] ?? '.', context)),
      environment: {
        HOME: run.temp,
        GITHUB_ACTION_PATH: run.action,
        GITHUB_EVENT_PATH: files.event,
        GITHUB_OUTPUT: files.output,
        GITHUB_STEP_SUMMARY: files.summary,
        RUNNER_TEMP: run.temp,
        ...run.environment,
        ...Object.fromEntries(env),
      },
    });
    log += stdout + stderr;
    const outcome = status === 0 ? 'success' : 'failure';
    outcomes[step.name] = outcome;
    const lines = readFileSync(files.output, 'utf8').split('\n').filter(Boolean);
    const outputs = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
    if (step.id !== undefined) steps[step.id] = { outcome, outputs };
  }
  return { outcomes, summary: readFileSync(files.summary, 'utf8'), log };
}

/** Replaces each `${{ expression }}` with its value. */
function fill(text: string, context: object): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression) =>
    String(evaluate(expression, context) ?? ''),
  );
}

/** Evaluates the expressions that the action uses, whose operators JavaScript has as well. */
function evaluate(text: string, context: object): unknown {
  const expression = text.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, '$1');
  const unknown = expression.replaceAll(/'[^']*'/g, '').match(/[^\w.\s!=&|()-]/);
  if (unknown) throw new Error(`The test cannot evaluate ${expression}.`);
  const script = expression
    // A name can contain a hyphen, and a field that is absent has no value.
    .replaceAll(/\b(inputs|github|steps)((?:\.[\w-]+)+)/g, (_, root: string, path: string) =>
      [
        root,
        ...path
          .slice(1)
          .split('.')
          .map((name) => `?.[${JSON.stringify(name)}]`),
      ].join(''),
    );
  const names = Object.keys(context);
  return new Function(...names, 'cancelled', `return (${script});`)(
    ...Object.values(context),
    () => false,
  );
}
