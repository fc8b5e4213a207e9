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

/** Its token has a string claim `email`. */
const REQUEST = '03';

function decideBy(rule: RuleFields, trace?: (event: TraceEvent) => void) {
  const { request, signals, now } = scenario({ request: REQUEST, reputationAs: 'promise' });
  return decide(request, policyOf([rule]), signals, now, trace);
}

const LIMIT = 17;
const { stackTraceLimit } = Error;
beforeEach(() => {
  Error.stackTraceLimit = LIMIT;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

const failingLookup = () => {
  throw new Error('lookup failed');
};

/** Returns the error of a decision whose country lookup throws. */
function lookupError(): Promise<Error> {
  const decided = decideOn(payload(REQUEST), policyOf([PLACED]), {
    sources: { geo: failingLookup },
  });
  return decided.then(
    () => new Error('expected an error'),
    (error: Error) => error,
  );
}

test('an error of a condition has no stack trace: a loop may throw thousands of times', async () => {
  const errors: unknown[] = [];
  await decideBy(FAILING, (event) => {
    if (event.kind === 'condition' && event.result.status === 'failed') {
      errors.push(event.result.error);
    }
  });
  expect(errors).toEqual([expect.any(Error)]);
  expect((errors[0] as Error).stack).not.toMatch(/^ +at /m);
});

test('an error of a lookup has a stack trace', async () => {
  const error = await lookupError();
  expect(error.stack).toMatch(/^Error: lookup failed\n +at .*failingLookup/);
});

test.each<[string, () => Promise<unknown>]>([
  ['a failed condition', () => decideBy(FAILING)],
  ['waiting for a signal', () => decideBy(WAITING)],
  ['an error of a trace listener', () => decideBy(FAILING, failingLookup).catch(() => undefined)],
  ['an error of a lookup', lookupError],
])('stack traces are restored after %s', async (_, work) => {
  const decided = work();
  // Also while it is waiting.
  expect(Error.stackTraceLimit).toBe(LIMIT);
  await decided;
  expect(Error.stackTraceLimit).toBe(LIMIT);
});
