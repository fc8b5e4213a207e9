import type { Decision } from '../decide.ts';
import type { DataAge } from './data-ages.ts';
import type { DecisionEvent } from './decision-record.ts';
import { signalFields } from './signal-fields.ts';

/** The response header of a smoke test, with a `TestReport` as JSON. */
export const TEST_REPORT_HEADER = 'x-risk-gate-report';

/** What a decision was based on. It contains nothing that the caller has not sent, apart from the signals. */
export interface TestReport {
  readonly policy: { readonly revision: string; readonly mode: string };
  readonly outcome: Decision['outcome'];
  readonly dry_run_outcome?: Decision['outcome'] | undefined;
  readonly rules: readonly string[];
  /** As in the decision record. */
  readonly signals: ReturnType<typeof signalFields>;
  readonly unknown: Decision['unknown'];
  readonly address: AddressSource;
  readonly data: readonly DataAge[];
}

/** Where the service reads the client address. */
export interface AddressSource {
  readonly headers: readonly string[];
  readonly trusted_proxy_hops: number;
  /** Whether the address must be signed. */
  readonly signed: boolean;
}

/** What the report says about the service. */
export interface ServiceFacts {
  readonly address: AddressSource;
  /** Returns the age of all data at this moment. */
  readonly data: () => readonly DataAge[];
}

/** A policy may have hundreds of rules; headers are limited to some 16 KiB in all. */
const MAX_RULES = 20;

/** Returns the report of a decision as JSON in ASCII, as a header requires. */
export function testReport(
  { policy, decision, signals }: DecisionEvent,
  facts: ServiceFacts,
): string {
  const report: TestReport = {
    policy: { revision: policy.revision, mode: policy.mode },
    outcome: decision.outcome,
    dry_run_outcome: decision.dryRunOutcome,
    rules: decision.matched.slice(0, MAX_RULES),
    signals: signalFields(signals, ({ value }) => value),
    unknown: decision.unknown,
    address: facts.address,
    data: facts.data(),
  };
  return JSON.stringify(report).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
