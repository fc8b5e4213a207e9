import { randomUUID } from 'node:crypto';
import type { Policy } from '../../../app/src/policy/policy.ts';
import { MONDAY_MORNING } from '../../support/circumstances.ts';
import type { Scenario } from '../../support/decide.ts';
import { recordedDecision } from '../../support/recorded-decision.ts';

const COUNTRIES = ['US', 'DE', 'LK', 'IN', 'GB', 'FR', 'KP', 'RU', 'BR', 'CH'];
const SCORES = [0, 0, 0, 0, 3, 12, 30, 48, 80, 100];
const CLIENTS = 50_000;
/** Lines that are given to the file at once. */
const BATCH = 1000;
/** What the identity server and its version add to a record. */
const CONTRACT = { api_version: 'v1', contract: '1.3' };
const RECORDS_PER_SECOND = 2;

/** Yields lines of the log: decisions of a policy on many addresses, countries, scores and clients. */
export async function* recordLines(policy: Policy, records: number): AsyncGenerator<string> {
  const templates = await Promise.all(
    COUNTRIES.flatMap((country) => SCORES.map((score) => template(policy, country, score))),
  );
  let lines: string[] = [];
  for (let at = 0; at < records; at += 1) {
    lines.push(lineFrom(templates[(at * 7919) % templates.length] ?? {}, at));
    if (lines.length < BATCH) continue;
    yield lines.join('');
    lines = [];
  }
  yield lines.join('');
}

function template(policy: Policy, country: string, score: number) {
  const given: Scenario = {
    geo: { country, asn: 64500 },
    reputation: score,
    network: { asn: 3320, organization: 'Deutsche Telekom AG' },
    feeds: { 'tor-exits': score === 100 },
  };
  return recordedDecision(policy, given);
}

function lineFrom(record: Readonly<Record<string, unknown>>, at: number): string {
  const address = [9, at >> 16, at >> 8, at].map((part) => part & 0xff).join('.');
  const fields = {
    level: 'info',
    ...record,
    ...CONTRACT,
    time: new Date(MONDAY_MORNING + (at * 1000) / RECORDS_PER_SECOND).toISOString(),
    decision_id: randomUUID(),
    request_id: randomUUID(),
    client_id: `m2mFleet_7yQ0aXcV3bN1k${(at * 31) % CLIENTS}`,
    signals: { ...(record.signals as object), address: { value: address } },
    ms: { read: 0.214, address: 0.011, geo: 0.024, reputation: 1.713, decide: 1.802, total: 2.104 },
  };
  return `${JSON.stringify(fields)}\n`;
}
