import { once } from 'node:events';
import { outcomeOf } from '../faults/service.ts';
import { startNode } from '../support/process.ts';
import type { Plan, Report } from './plan.ts';

/** What came of one request. */
export interface Sent {
  readonly address: string;
  /** `issue`, `refuse` or a lifetime in seconds; otherwise what came in place of a decision. */
  readonly outcome: 'issue' | 'refuse' | number | string;
  readonly milliseconds: number;
}

export interface Load extends Pick<Report, 'seconds' | 'inFlight' | 'cpu'> {
  /** In the order of the plan. */
  readonly sent: readonly Sent[];
}

/** A process that sends load. */
export interface Sender {
  send(plan: Plan): Promise<Load>;
  stop(): Promise<void>;
}

export function startSender(): Sender {
  const sender = startNode(['--import', 'tsx', 'test/load/sender.ts'], {}, { ipc: true });
  return {
    async send(plan) {
      const reported = once(sender.child, 'message');
      sender.child.send(plan);
      const ended = sender.exited.then((code) => {
        throw new Error(`The sender ended with ${code}: ${sender.stderr()}`);
      });
      const [report] = await Promise.race([reported, ended]);
      return loadOf(plan, report as Report);
    },
    async stop() {
      await sender.end();
    },
  };
}

function loadOf({ addresses }: Plan, { answers, answer, milliseconds, ...rest }: Report): Load {
  const outcomes = answers.map((text) => {
    const [, body] = /^200 (.*)$/s.exec(text) ?? [];
    return body === undefined ? text : outcomeOf(body);
  });
  const sent = addresses.map((address, index) => ({
    address,
    outcome: outcomes[answer[index] ?? -1] ?? 'nothing',
    milliseconds: milliseconds[index] ?? Number.NaN,
  }));
  return { sent, ...rest };
}

/** The value that a share of the values does not exceed: 0.5 is the median. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** How often each outcome came. */
export function tally(sent: readonly Sent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of sent) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** Shows what was measured, rounded: a bound that holds does not tell by how much. */
export function show(figures: object): void {
  const rounded = (_: string, value: unknown) =>
    typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
  process.stdout.write(`${JSON.stringify(figures, rounded)}\n`);
}
