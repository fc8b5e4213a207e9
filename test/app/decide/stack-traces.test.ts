import { decide } from '../../../app/src/decide.ts';
import type { TraceEvent } from '../../../app/src/policy/trace.ts';
import { decideOn, scenario } from '../../support/decide.ts';
import { payload } from '../../support/payloads.ts';
import { policyOf, type RuleFields } from '../../support/policies.ts';

const FAILING: RuleFields = {
  id: 'fails',
  when: 'token.claims["email"] > 3',
  effects: { lifetime: '5m' },
};
const WAITING: RuleFields = { id: 'waits', when: 'abuse.score > 90', effects: { deny: 'No.' } };
const PLACED: RuleFields = { id: 'placed', when: 'geo.country == "LK"', effects: { deny: 'No.' } };

/** Its token has a text `email`. */
const REQUEST = '03';

function decideBy(rule: RuleFields, observe?: (step: TraceEvent) => void) {
  const { request, signals, now } = scenario({ request: REQUEST, reputationAs: 'promise' });
  return decide(request, policyOf([rule]), signals, now, observe);
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

/** The error of a decision for which the country is looked up, and that fails. */
function lookupFault(): Promise<Error> {
  const decided = decideOn(payload(REQUEST), policyOf([PLACED]), { sources: { geo: faulty } });
  return decided.then(
    () => new Error('It did not fail.'),
    (error: Error) => error,
  );
}

test('What a condition throws has no trace: a loop may throw thousands of times', async () => {
  const errors: unknown[] = [];
  await decideBy(FAILING, (step) => {
    if (step.kind === 'condition' && step.result.status === 'failed') {
      errors.push(step.result.error);
    }
  });
  expect(errors).toEqual([expect.any(Error)]);
  expect((errors[0] as Error).stack).not.toMatch(/^ +at /m);
});

test('A fault of a lookup has its trace', async () => {
  const error = await lookupFault();
  expect(error.stack).toMatch(/^Error: a fault of ours\n +at .*faulty/);
});

test.each<[string, () => Promise<unknown>]>([
  ['a condition has failed', () => decideBy(FAILING)],
  ['a signal was waited for', () => decideBy(WAITING)],
  ['an observer has failed', () => decideBy(FAILING, faulty).catch(() => undefined)],
  ['a lookup has failed', lookupFault],
])('Traces are as before when %s', async (_, work) => {
  const decided = work();
  // While it waits, too.
  expect(Error.stackTraceLimit).toBe(LIMIT);
  await decided;
  expect(Error.stackTraceLimit).toBe(LIMIT);
});
