import { applyResponse } from '../../app/dev/simulator/identity-server/index.ts';
import { RequestError } from '../../app/src/action/request.ts';
import { createActionHandler } from '../../app/src/http/handle-action.ts';
import { readAddress } from '../../app/src/signals/address/read.ts';
import { bundledGeoDatabase, openGeoDatabase } from '../../app/src/signals/geo/database.ts';
import type { SignalSources } from '../../app/src/signals/request-signals.ts';
import { known, unknown } from '../../app/src/signals/signal.ts';
import { type DecisionEvent, decisionRecord } from '../../app/src/telemetry/decision-record.ts';
import { createLog, recordWriter } from '../../app/src/telemetry/log.ts';
import { MONDAY_MORNING } from '../support/circumstances.ts';
import { faultsOf } from '../support/safe-profile.ts';
import { faultsOfLine } from './log-line.ts';
import { POLICIES } from './policies.ts';

/** One request body through the service and its answer through the identity server. */
export interface Trial {
  /** @throws Error that says what a service must not do, and did. */
  run(body: string, policy: number): Promise<'decided' | 'no request'>;
}

const ADDRESS = { headerNames: ['x-client-source-ip'], trustedProxyHops: 0 };

/** Signals from the request itself; a score that is as good as drawn, but the same each time. */
async function openSources(): Promise<SignalSources> {
  const geo = await openGeoDatabase([bundledGeoDatabase()]);
  return {
    address: (request) => readAddress(request.headers, ADDRESS),
    geo: (address) => geo.lookup(address),
    reputation: ({ value }) => {
      const score = [...value].reduce((sum, character) => sum + character.charCodeAt(0), 0) % 140;
      if (score > 100) return unknown('timeout');
      const record = { score, checkedAt: MONDAY_MORNING };
      return known({ record, source: 'memory', stale: false, age: 0 });
    },
  };
}

/** Opens what the trials share. */
export async function openTrial(): Promise<Trial> {
  const sources = await openSources();
  const lines: string[] = [];
  const record = recordWriter(createLog('info', { write: (line) => void lines.push(line) }));
  let outcome: DecisionEvent['decision']['outcome'] | undefined;
  const handlers = POLICIES.map((policy) =>
    createActionHandler({
      policy,
      sources,
      deadline: 10_000,
      now: () => MONDAY_MORNING,
      onDecision: (facts) => {
        outcome = facts.decision.outcome;
        record(decisionRecord(facts));
      },
    }),
  );
  return {
    async run(body, policy) {
      lines.length = 0;
      const act = handlers[policy % handlers.length];
      if (act === undefined) throw new Error('There is no policy.');
      try {
        checkAnswer(body, await act(body, { decisionId: 'id' }), outcome);
        if (lines.length !== 1) throw new Error(`There are ${lines.length} records.`);
        for (const line of lines) refuse('The record', faultsOfLine(line));
        return 'decided';
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        refuse('The log', lines);
        return 'no request';
      } finally {
        refuse('The built-in prototypes', changesOfPrototypes());
      }
    },
  };
}

function checkAnswer(request: string, body: string, decided: string | undefined): void {
  refuse('The answer', faultsOf(JSON.parse(body)));
  const answer = { status: 200, contentType: 'application/json', body };
  const outcome = applyResponse(request, answer);
  const expected = decided === 'refuse' ? 'refused' : 'token';
  if (outcome.kind !== expected) {
    throw new Error(`To ${decided} led to ${JSON.stringify(outcome)} by ${body}`);
  }
  if (outcome.kind !== 'token') return;
  // A claim that is listed twice is taken away twice, and is gone after the first time.
  const dropped = outcome.dropped.filter(({ reason }) => !reason.endsWith('gone already'));
  if (dropped.length > 0) throw new Error(`The identity server drops ${JSON.stringify(dropped)}`);
}

function refuse(what: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(`${what}: ${faults.join('; ')}`);
}

const PROTOTYPES = [Object.prototype, Array.prototype, Map.prototype, String.prototype];
const MEMBERS = PROTOTYPES.map((prototype) => Reflect.ownKeys(prototype).length);

/** Members that a built-in prototype gained or lost since the start. */
function changesOfPrototypes(): string[] {
  return PROTOTYPES.flatMap((prototype, index) => {
    const keys = Reflect.ownKeys(prototype);
    return keys.length === MEMBERS[index] ? [] : [`now with ${String(keys.at(-1))}`];
  });
}
