import type { ReputationSignal } from '../../../../app/src/signals/reputation/reputation.ts';
import { known, unknown } from '../../../../app/src/signals/signal.ts';
import { describeSignals } from '../../../../app/tools/explain/describe-signals.ts';
import { scenario } from '../../../support/decide.ts';

const RECORD = { record: { score: 12, checkedAt: 0 }, source: 'memory', age: 90_000 } as const;

test.each<[string, ReputationSignal | undefined, string]>([
  ['that no rule needed', undefined, 'not needed by any rule'],
  ['of a record', known({ ...RECORD, stale: false }), 'score 12, from memory, 90 s old'],
  [
    'of a stale record',
    known({ ...RECORD, stale: true, staleCause: 'pending' }),
    'score 12, from memory, 90 s old, stale (pending)',
  ],
  [
    'of a block',
    known({ ...RECORD, source: 'check-block', stale: false }),
    'score 12, from a check of its /24, 90 s old',
  ],
  ['that is unknown', unknown('quota'), 'unknown: quota'],
  [
    'whose lookup continues',
    unknown('pending'),
    'unknown: pending. The lookup continues, so try again',
  ],
  [
    'whose lookup was held back',
    { ...unknown('budget'), heldBackBy: 'client' },
    'unknown: budget. Not looked up: the client has had its lookups of this hour',
  ],
  [
    'of a stale record in place of a lookup that was held back',
    { ...known({ ...RECORD, stale: true, staleCause: 'quota' } as const), heldBackBy: 'pace' },
    'score 12, from memory, 90 s old, stale (quota). Not looked up: the quota must last until its reset',
  ],
])('describes a reputation %s', (_, reputation, description) => {
  const { signals } = scenario();
  signals.reputation = reputation;
  expect(describeSignals(signals)).toContainEqual({ name: 'Reputation', description });
});
