import { decide } from '../../../app/src/decide.ts';
import type { TraceEvent } from '../../../app/src/policy/trace.ts';
import { scenario } from '../../support/decide.ts';
import { policyOf } from '../../support/policies.ts';

test('the error of a failed condition is not part of later events', async () => {
  const { request, signals, now } = scenario({ request: '03' });
  const policy = policyOf([
    { id: 'fails', when: 'token.claims["email"] > 3', effects: { claims: { set: { a: 1 } } } },
    { id: 'matches', when: true, effects: { lifetime: '5m' } },
    { id: 'does-not-match', when: 'request.grant == "none"', effects: { lifetime: '5m' } },
  ]);
  const events: TraceEvent[] = [];
  await decide(request, policy, signals, now, (event) => events.push(event));
  const results = events.flatMap((event) =>
    event.kind === 'condition' ? [[event.rule.id, event.result]] : [],
  );
  expect(results).toEqual([
    ['fails', { status: 'failed', error: expect.any(Error), unknownSignals: [] }],
    ['matches', { status: 'matched' }],
    ['does-not-match', { status: 'not-matched' }],
  ]);
});
