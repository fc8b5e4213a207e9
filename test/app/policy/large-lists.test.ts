import { readTokenRequest } from '../../../app/src/action/request.ts';
import { deadlineAfter } from '../../../app/src/lib/deadline.ts';
import { SignalReader } from '../../../app/src/policy/cel/signal-reader.ts';
import { Variables } from '../../../app/src/policy/cel/variables/variables.ts';
import { RequestSignals } from '../../../app/src/signals/request-signals.ts';
import { known } from '../../../app/src/signals/signal.ts';
import { addressOf, MONDAY_MORNING, NO_FEED_SOURCES } from '../../support/circumstances.ts';
import { RUNAWAY_MS, withCpuTime } from '../../support/cpu-time.ts';
import { payload } from '../../support/payloads.ts';
import { compile, policyText, rule } from '../../support/policies.ts';

const NETWORKS = 100_000;
const CLIENTS = 10_000;

const networks = Array.from(
  { length: NETWORKS },
  (_, at) => `20.${at >> 11}.${(at >> 3) & 255}.${(at & 7) << 5}/27`,
);
const clients = Array.from(
  { length: CLIENTS },
  (_, at) => `client_${at.toString(36)}_${'x'.repeat(20)}`,
);

const text = policyText(
  rule('network', 'address.within("networks")', '{ deny: No }') +
    rule('client', 'request.client_id in lists.clients', '{ deny: No }') +
    rule('claim', 'token.claims.client_id in lists.clients', '{ deny: No }'),
  `lists:\n  networks: [${networks.map((cidr, at) => (at % 1000 === 0 ? `{ value: ${cidr}, until: 2099-12-31 }` : cidr)).join(', ')}]\n  clients: [${clients.join(', ')}]`,
);

const policy = compile(text);

/** Returns a function that evaluates one rule's condition, without the rest of a request. */
function evaluator(address: string, clientId: string) {
  const body = payload('01').replaceAll('m2mFleet_7yQ0aXcV3bN1kLpRsTua', clientId);
  const request = readTokenRequest(body);
  const none = () => {
    throw new Error('not fetched');
  };
  const signals = new RequestSignals(
    { ...NO_FEED_SOURCES, address: none, geo: none, reputation: none },
    request,
    deadlineAfter(60_000),
  );
  signals.address = known(addressOf(address));
  const variables = new Variables({
    request,
    signals: new SignalReader(signals),
    now: MONDAY_MORNING,
    time: policy.clock(MONDAY_MORNING),
    lists: policy.lists,
  });
  return (id: string) => policy.rules.find((one) => one.id === id)?.when(variables);
}

test.each([
  ['the first network', '20.0.0.1', true],
  ['the last network', '20.48.211.255', true],
  ['one with an expiry date', '20.24.106.1', true],
  ['below all networks', '19.255.255.255', false],
  ['above all networks', '20.48.212.0', false],
])('finds an address: %s', (_, address, expected) => {
  expect(evaluator(address, 'x')('network')).toBe(expected);
});

test.each([
  ['the first client', clients[0] ?? '', true],
  ['the last client', clients.at(-1) ?? '', true],
  ['no client', 'client_x', false],
])('finds a client: %s', (_, client, expected) => {
  expect(evaluator('203.0.113.1', client)('client')).toBe(expected);
  expect(evaluator('203.0.113.1', client)('claim')).toBe(expected);
});

/*
 * Loading these lists in quadratic time, or searching them linearly in the loop below, would take minutes.
 * The benchmark measures a decision with such lists: `npm run bench -- lists`.
 */
test.each(['network', 'client', 'claim'])('a miss is cheap: %s', async (id) => {
  const evaluate = evaluator('203.0.113.1', 'client_that_is_not_there');
  const { result, cpuMilliseconds } = await withCpuTime(() => {
    let hits = 0;
    for (let round = 0; round < 50_000; round++) hits += evaluate(id) === true ? 1 : 0;
    return hits;
  });
  expect(result).toBe(0);
  expect(cpuMilliseconds).toBeLessThan(RUNAWAY_MS);
});
