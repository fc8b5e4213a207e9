import { TEST_HEADER, TEST_KINDS } from '../../app/src/http/test-request.ts';
import { createHeldBackLog } from '../../app/src/telemetry/events/held-back-lookups.ts';
import {
  createFailedCheckLog,
  reputationLogHooks,
} from '../../app/src/telemetry/events/reputation.ts';
import { createLog } from '../../app/src/telemetry/log.ts';
import { payload, payloadFrom, requestWith } from './payloads.ts';
import { type RunningService, SECRET, startTestService } from './running-service.ts';

const POLICY = `
version: 1
lists: { restricted_countries: [KP, RU] }
rules:
  - id: monitored
    mode: monitor
    when: geo.country == "US"
    then: { deny: Monitored. }
  - id: restricted-country
    when: geo.country in lists.restricted_countries
    then: { deny: Blocked. }
  - id: high-ip-risk
    when: abuse.score >= 75
    then: { deny: Blocked. }
  - id: elevated-ip-risk
    when: abuse.score >= 25
    then: { lifetime: 10m }
    unenforceable: ignore
unknown: { address: { deny: No address. }, geo: ignore, reputation: { lifetime: 5m } }
`;

/** The clients of the request bodies 01, 02, 16 and 20, and of the bodies 03 and 08. */
export const MACHINE = 'm2mFleet_7yQ0aXcV3bN1kLpRsTua';
export const WEB = 'qTj2Wd7Rk0hXv_ZpB4sLmN9cYaEa';

/** A client without a user that needs a lookup, and then two more than its budget of one. */
export const GREEDY = 'greedyClient_1aB2cD3eF4gH5iJ6kL';

/** Calls with a wrong credential in quick succession, which are logged in fewer lines. */
export const WRONG_CREDENTIALS = 8;

/** Requests in order, with their outcome. */
const ENFORCED = [
  payloadFrom('9.9.9.9'), // issued; the monitored rule would refuse
  payloadFrom('14.102.69.58', '03'), // restricted
  payloadFrom('175.45.176.1', '02'), // refused, North Korea
  payloadFrom('175.45.176.2'), // refused, North Korea
  payloadFrom('77.88.8.8', '03'), // refused, Russia
  payloadFrom('103.159.198.178', '03'), // refused, high risk, Indonesia
  payload('16'), // refused, no address
  payloadFrom('1.1.1.1', '03'), // restricted, AbuseIPDB fails
  payload('20'), // restricted, geo and reputation of a private address are unknown
  withNewField(allowingNothing(payloadFrom('14.102.69.58', '08'))), // issued, the restriction is not allowed
];
const MONITORED = [payloadFrom('175.45.176.1', '02'), payloadFrom('103.159.198.178', '03')];

const GREEDY_REQUESTS = ['103.9.1.1', '103.9.2.1', '103.9.3.1'].map((address) =>
  requestWith('01', {
    'event.request.clientId': GREEDY,
    'event.request.additionalHeaders': [{ name: 'x-client-source-ip', value: [address] }],
  }),
);

function allowingNothing(body: string): string {
  return JSON.stringify({ ...JSON.parse(body), allowedOperations: [] });
}

function withNewField(body: string): string {
  const request = JSON.parse(body);
  return JSON.stringify({ ...request, event: { ...request.event, user: { userType: 'LOCAL' } } });
}

/** The headers of a call of the identity server. */
const CALL = { 'x-api-key': SECRET, 'x-wso2-api-version': 'v1' };

/** Posts the same requests as tests: a report that includes them is wrong. */
async function postTests(service: RunningService, bodies: readonly string[]): Promise<void> {
  for (const [index, body] of bodies.entries()) {
    const kind = TEST_KINDS[index % TEST_KINDS.length] ?? '';
    const test = JSON.stringify({ ...JSON.parse(body), requestId: 'a-test' });
    await service.post(test, { 'x-api-key': SECRET, [TEST_HEADER]: kind });
  }
}

async function startService(
  policy: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningService> {
  const service = await startTestService({ policy, settings });
  service.simulator.setRecord('103.9.1.1', { abuseConfidenceScore: 0 });
  service.simulator.setRecord('9.9.9.9', { abuseConfidenceScore: 12 });
  service.simulator.setRecord('14.102.69.58', { abuseConfidenceScore: 48 });
  service.simulator.setRecord('103.159.198.178', { abuseConfidenceScore: 100 });
  service.simulator.setFault({ kind: 'status', status: 503 }, '1.1.1.1');
  return service;
}

/**
 * Returns the log lines of a mixed run: the requests above in enforce and monitor mode, tests among them, rejected calls,
 * lookups that are held back, and warnings and errors. One line per second, starting at 10:00 UTC.
 */
export async function recordRun(): Promise<readonly string[]> {
  const enforcing = await startService(POLICY);
  for (const body of ENFORCED) await enforcing.post(body, CALL);
  await postTests(enforcing, ENFORCED);
  for (let call = 0; call < WRONG_CREDENTIALS; call += 1) {
    await enforcing.post(payload('01'), { 'x-api-key': 'wrong' });
  }
  await enforcing.post('{ broken', { 'x-api-key': SECRET });
  await enforcing.stop();
  const monitoring = await startService(`${POLICY}mode: monitor\n`);
  for (const body of MONITORED) await monitoring.post(body);
  await postTests(monitoring, MONITORED);
  await monitoring.stop();
  const limiting = await startService(POLICY, { LOOKUP_BUDGET_CLIENT: '1' });
  for (const body of GREEDY_REQUESTS) await limiting.post(body);
  await limiting.stop();
  return [...enforcing.lines, ...monitoring.lines, ...limiting.lines, ...warningLines()].map(
    atSecond,
  );
}

/** Warnings and errors as the service's hooks write them. */
function warningLines(): readonly string[] {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  const hooks = reputationLogHooks(
    log,
    createFailedCheckLog(log, () => START),
    createHeldBackLog(log, () => START),
  );
  hooks.onCircuitChange?.({ state: 'open', cause: 'auth', until: Date.UTC(2026, 0, 7, 10, 30) });
  hooks.onCacheFailure?.({ operation: 'read', reason: 'timeout', message: 'took too long' });
  hooks.onError?.(new RangeError('an internal error'));
  return lines;
}

const START = Date.UTC(2026, 0, 7, 10);

function atSecond(line: string, second: number): string {
  const time = new Date(START + second * 1000).toISOString();
  return JSON.stringify({ ...JSON.parse(line), time });
}
