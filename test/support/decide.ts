import {
  applyResponse,
  type IssuedToken,
  type ListForm,
  type Outcome,
} from '../../app/dev/simulator/identity-server/index.ts';
import { createActionHandler } from '../../app/src/http/handle-action.ts';
import { compilePolicy } from '../../app/src/policy/compile.ts';
import type { Policy } from '../../app/src/policy/policy.ts';
import type { SignalSources } from '../../app/src/signals/request-signals.ts';
import { known } from '../../app/src/signals/signal.ts';
import type { DecisionEvent } from '../../app/src/telemetry/decision-record.ts';

/** 10:00 UTC on a Wednesday. */
export const WEDNESDAY_TEN = Date.UTC(2026, 0, 7, 10);

const CHECKED = { checkedAt: WEDNESDAY_TEN };

/** An address of good standing in Sri Lanka. */
const SOURCES: SignalSources = {
  address: () => known({ value: '203.0.113.45', version: 4, public: true, bits: 0xcb00712d }),
  geo: () => known({ country: 'LK' }),
  reputation: () =>
    known({ record: { score: 42, ...CHECKED }, source: 'memory', stale: false, age: 0 }),
};

export interface Decided {
  /** The body of the answer, as sent and as read. */
  readonly body: string;
  readonly answer: unknown;
  /** What the identity server makes of the answer. */
  readonly outcome: Outcome;
  readonly facts: DecisionEvent;
}

interface Circumstances {
  /** Signals that are not the usual ones. */
  readonly sources?: Partial<SignalSources>;
  /** Milliseconds since the epoch. */
  readonly now?: number;
  /** How the identity server holds list claims of texts. */
  readonly lists?: ListForm;
}

/** Takes a request body through the service and its answer through the identity server. */
export async function decideOn(
  requestBody: string,
  policy: Policy,
  { sources, now = WEDNESDAY_TEN, lists }: Circumstances = {},
): Promise<Decided> {
  const all: DecisionEvent[] = [];
  const act = createActionHandler({
    policy,
    sources: { ...SOURCES, ...sources },
    deadline: 1000,
    now: () => now,
    onDecision: (facts) => all.push(facts),
  });
  const body = await act(requestBody, { decisionId: 'id' });
  const [facts, ...more] = all;
  if (facts === undefined || more.length > 0) throw new Error('There is not one decision.');
  const response = { status: 200, contentType: 'application/json', body };
  const outcome = applyResponse(requestBody, response, lists);
  return { body, answer: JSON.parse(body), outcome, facts };
}

/** The token that the identity server issues when the answer changes nothing. */
export function tokenBefore(requestBody: string): IssuedToken {
  return tokenOf(
    applyResponse(requestBody, {
      status: 200,
      contentType: 'application/json',
      body: '{"actionStatus":"SUCCESS"}',
    }),
  );
}

/** The token of an outcome; a test that gets none fails, and says what came instead. */
export function tokenOf(outcome: Outcome): IssuedToken {
  if (outcome.kind !== 'token') throw new Error(`no token: ${JSON.stringify(outcome)}`);
  return outcome.token;
}

/** A rule of a policy file; one without a condition always applies. */
export interface RuleText {
  readonly id: string;
  readonly when?: string | boolean;
  readonly effects: object;
  readonly mode?: 'enforce' | 'monitor';
  readonly unenforceable?: 'deny' | 'ignore';
}

/** A policy of these rules, in which a signal that is unknown changes nothing. */
export function policyOf(rules: readonly RuleText[], more: object = {}): Policy {
  const file = {
    version: 1,
    // biome-ignore lint/suspicious/noThenProperty: the policy language calls it so, and nothing awaits it
    rules: rules.map(({ effects, ...rule }) => ({ when: true, ...rule, then: effects })),
    unknown: { address: 'ignore', geo: 'ignore', reputation: 'ignore' },
    ...more,
  };
  // YAML holds JSON.
  return compilePolicy(JSON.stringify(file), 'policy.yaml');
}

/** A policy with one rule, `rule`, that always applies. */
export function policyThat(effects: object, more: object = {}): Policy {
  return policyOf([{ id: 'rule', effects }], more);
}

/** An expression as it stands in a text of a policy. */
export function cel(expression: string): string {
  return `\${${expression}}`;
}
