import { RequestError } from '../../app/src/action/request.ts';
import { createActionHandler } from '../../app/src/http/handle-action.ts';
import { readAddress } from '../../app/src/signals/address/read.ts';
import { findAnonymizer } from '../../app/src/signals/anonymizer.ts';
import type { RequestFeeds } from '../../app/src/signals/feeds/request-feeds.ts';
import { bundledGeoDatabase, openGeoDatabase } from '../../app/src/signals/geo/database.ts';
import type { SignalSources } from '../../app/src/signals/request-signals.ts';
import { known, unknown } from '../../app/src/signals/signal.ts';
import { type DecisionEvent, decisionRecord } from '../../app/src/telemetry/decision-record.ts';
import { createLog, recordWriter } from '../../app/src/telemetry/log.ts';
import { applyResponse } from '../../app/tools/identity-server/index.ts';
import { MONDAY_MORNING } from '../support/circumstances.ts';
import { schemaErrors } from '../support/safe-profile.ts';
import {
  type FeedsState,
  findFuzzedNetwork,
  numberOf,
  proveFuzzedScore,
  requestFeedsIn,
} from './feeds.ts';
import { issuesInLine } from './log-line.ts';
import { POLICIES } from './policies.ts';

/** Sends request bodies through the service, and its responses through the identity server. */
export interface Trial {
  /** The signals that were unknown so far, and why. */
  readonly unknown: ReadonlySet<string>;
  /**
   * @param feeds the state of the feeds. @default none is loaded
   * @throws Error when the response, the record or the built-in prototypes are not as they must be.
   */
  run(body: string, policy: number, feeds?: FeedsState): Promise<'decided' | 'rejected'>;
}

const ADDRESS = { headerNames: ['x-client-source-ip'], trustedProxyHops: 0 };

/** Returns signals that depend on the address and the feeds only, with a pseudo-random network and score. */
async function openSources(feeds: () => RequestFeeds): Promise<SignalSources> {
  const geo = await openGeoDatabase([bundledGeoDatabase()]);
  return {
    feeds,
    network: findFuzzedNetwork,
    anonymizer: findAnonymizer,
    score: proveFuzzedScore,
    address: (request) => readAddress(request.headers, ADDRESS),
    geo: (address) => geo.lookup(address),
    reputation: ({ address }) => {
      const score = numberOf(address) % 140;
      if (score > 100) return unknown('timeout');
      const record = { score, checkedAt: MONDAY_MORNING };
      return known({ record, source: 'memory', stale: false, age: 0 });
    },
  };
}

export async function openTrial(): Promise<Trial> {
  let feeds = requestFeedsIn('absent');
  const sources = await openSources(() => feeds);
  const unknownSignals = new Set<string>();
  const lines: string[] = [];
  const record = recordWriter(createLog('info', { write: (line) => void lines.push(line) }));
  let outcome: DecisionEvent['decision']['outcome'] | undefined;
  const handlers = POLICIES.map((policy) =>
    createActionHandler({
      policy,
      sources,
      deadlineMs: 10_000,
      now: () => MONDAY_MORNING,
      onDecision: (facts) => {
        outcome = facts.decision.outcome;
        for (const { signal, cause } of facts.decision.unknown) {
          unknownSignals.add(`${signal} ${cause}`);
        }
        record(decisionRecord(facts));
      },
    }),
  );
  return {
    unknown: unknownSignals,
    async run(body, policy, state = 'absent') {
      lines.length = 0;
      feeds = requestFeedsIn(state);
      const act = handlers[policy % handlers.length];
      if (act === undefined) throw new Error('POLICIES is empty.');
      try {
        checkAnswer(body, await act(body, { decisionId: 'id' }), outcome);
        if (lines.length !== 1)
          throw new Error(`Expected one decision record, got ${lines.length}.`);
        for (const line of lines) failIfAny('The record', issuesInLine(line));
        return 'decided';
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        failIfAny('The log', lines);
        return 'rejected';
      } finally {
        failIfAny('The built-in prototypes', changesOfPrototypes());
      }
    },
  };
}

function checkAnswer(request: string, body: string, decided: string | undefined): void {
  failIfAny('The response', schemaErrors(JSON.parse(body)));
  const answer = { status: 200, contentType: 'application/json', body };
  const outcome = applyResponse(request, answer);
  const expected = decided === 'refuse' ? 'refused' : 'token';
  if (outcome.kind !== expected) {
    throw new Error(`To ${decided} led to ${JSON.stringify(outcome)} by ${body}`);
  }
  if (outcome.kind !== 'token') return;
  // A claim that is listed twice is removed twice, and the second operation has no effect.
  const dropped = outcome.dropped.filter(({ reason }) => !reason.endsWith('gone already'));
  if (dropped.length > 0) throw new Error(`The identity server drops ${JSON.stringify(dropped)}`);
}

function failIfAny(subject: string, issues: readonly string[]): void {
  if (issues.length > 0) throw new Error(`${subject}: ${issues.join('; ')}`);
}

const PROTOTYPES = [Object.prototype, Array.prototype, Map.prototype, String.prototype];
const PROPERTY_COUNTS = PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length);

/** Returns the built-in prototypes' properties that were added or removed since the start. */
function changesOfPrototypes(): string[] {
  return PROTOTYPES.flatMap((prototype, index) => {
    const keys = Reflect.ownKeys(prototype);
    return keys.length === PROPERTY_COUNTS[index] ? [] : [`now with ${String(keys.at(-1))}`];
  });
}
