import { readTokenRequest } from '../../../app/src/action/request.ts';
import { deadlineAfter } from '../../../app/src/deadline.ts';
import { decide } from '../../../app/src/decide.ts';
import type { Step } from '../../../app/src/policy/step.ts';
import { RequestSignals, type SignalSources } from '../../../app/src/signals/request-signals.ts';
import { known } from '../../../app/src/signals/signal.ts';
import { policyOf, type RuleText, WEDNESDAY_TEN } from '../../support/decide.ts';
import { payload } from '../../support/payloads.ts';

const FAILING: RuleText = {
  id: 'fails',
  when: 'token.claims["email"] > 3',
  effects: { lifetime: '5m' },
};
const WAITING: RuleText = { id: 'waits', when: 'abuse.score > 90', effects: { deny: 'No.' } };
const PLACED: RuleText = { id: 'placed', when: 'geo.country == "LK"', effects: { deny: 'No.' } };

const SOURCES: SignalSources = {
  address: () => known({ value: '203.0.113.45', version: 4, public: true, bits: 0xcb00712d }),
  geo: () => known({ country: 'LK' }),
  reputation: async () =>
    known({
      record: { score: 42, checkedAt: WEDNESDAY_TEN },
      source: 'abuseipdb',
      stale: false,
      age: 0,
    }),
};

function decideBy(
  rules: RuleText[],
  observe?: (step: Step) => void,
  sources: Partial<SignalSources> = {},
) {
  const request = readTokenRequest(payload('03'));
  const signals = new RequestSignals({ ...SOURCES, ...sources }, request, deadlineAfter(1000));
  return decide(request, policyOf(rules), signals, WEDNESDAY_TEN, observe);
}

const LIMIT = 17;
const { stackTraceLimit } = Error;
beforeEach(() => {
  Error.stackTraceLimit = LIMIT;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

const faulty = () => {
  throw new Error('a fault of ours');
};

test('What a condition throws has no trace: a loop may throw thousands of times', async () => {
  const errors: unknown[] = [];
  await decideBy([FAILING], (step) => {
    if (step.kind === 'condition') errors.push(step.error);
  });
  expect(errors).toEqual([expect.any(Error)]);
  expect((errors[0] as Error).stack).not.toMatch(/^ +at /m);
});

test('A fault of a lookup has its trace', async () => {
  const error = await decideBy([PLACED], undefined, { geo: faulty }).catch((error) => error);
  expect(error.stack).toMatch(/^Error: a fault of ours\n +at .*faulty/);
});

test.each<[string, () => Promise<unknown>]>([
  ['a condition has failed', () => decideBy([FAILING])],
  ['a signal was waited for', () => decideBy([WAITING])],
  ['an observer has failed', () => decideBy([FAILING], faulty).catch(() => undefined)],
  [
    'a lookup has failed',
    () => decideBy([PLACED], undefined, { geo: faulty }).catch(() => undefined),
  ],
])('Traces are as before when %s', async (_, work) => {
  const decided = work();
  // While it waits, too.
  expect(Error.stackTraceLimit).toBe(LIMIT);
  await decided;
  expect(Error.stackTraceLimit).toBe(LIMIT);
});
