import { once } from 'node:events';
import { outcomeOf } from '../faults/service.ts';
import { startNode } from '../support/process.ts';
import type { Plan, Report } from './plan.ts';

/** The outcome of one request. */
export interface Sent {
  readonly address: string;
  /** `issue`, `refuse` or a lifetime in seconds; the status and body, or the error, if there is no decision. */
  readonly outcome: 'issue' | 'refuse' | number | string;
}

/** A process that sends load. */
export interface Sender {
  /** Sends the requests of a plan. @returns their outcomes, in the plan's order. */
  send(plan: Plan): Promise<readonly Sent[]>;
  stop(): Promise<void>;
}

export function startSender(): Sender {
  const sender = startNode(['--import', 'tsx', 'test/load/sender.ts'], {}, { ipc: true });
  return {
    async send(plan) {
      const reported = once(sender.child, 'message');
      sender.child.send(plan);
      const ended = sender.exited.then((status) => {
        throw new Error(`The sender ended with ${status}: ${sender.stderr()}`);
      });
      const [report] = await Promise.race([reported, ended]);
      return outcomesOf(plan, report as Report);
    },
    async stop() {
      await sender.end();
    },
  };
}

function outcomesOf({ addresses }: Plan, { responses, responseIndexes }: Report): Sent[] {
  const outcomes = responses.map((response) => {
    const [, body] = /^200 (.*)$/s.exec(response) ?? [];
    return body === undefined ? response : outcomeOf(body);
  });
  return addresses.map((address, index) => ({
    address,
    outcome: outcomes[responseIndexes[index] ?? -1] ?? 'no response',
  }));
}

/** Counts the requests by outcome. */
export function tally(sent: readonly Sent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of sent) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** Prints what was counted: a bound that is met does not say by how much. */
export function show(figures: object): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
