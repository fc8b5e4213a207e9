import { fileURLToPath } from 'node:url';
import { loadPolicy } from '../../../app/src/policy/file/load.ts';
import { decideBy } from '../../support/decide.ts';

const policy = await loadPolicy(
  fileURLToPath(new URL('../../../app/policy.yaml', import.meta.url)),
);

const at = (hour: number, minute = 0) => Date.UTC(2026, 0, 7, hour, minute);
const shortened = (value: number) => [
  { op: 'replace', path: '/accessToken/claims/expires_in', value },
];

describe('the default policy', () => {
  test.each<[string, number, number, string]>([
    ['LK', 0, 10, 'issue'],
    ['LK', 24, 10, 'issue'],
    ['LK', 24, 3, 'issue'],
    ['LK', 25, 9, '900'],
    ['LK', 25, 16, '900'],
    ['LK', 74, 12, '900'],
    ['LK', 25, 8, '300'],
    ['LK', 25, 17, '300'],
    ['LK', 74, 0, '300'],
    ['LK', 74, 23, '300'],
    ['LK', 75, 12, 'high IP risk'],
    ['LK', 100, 3, 'high IP risk'],
    ['KP', 0, 12, 'region KP'],
    ['IR', 50, 3, 'region IR'],
    ['RU', 100, 12, 'region RU'],
    ['SY', 0, 0, 'region SY'],
    ['CN', 0, 12, 'region CN'],
    ['TW', 0, 12, 'issue'],
    ['KR', 0, 12, 'issue'],
  ])('%s, score %i, %i:00 UTC: %s', async (geo, reputation, hour, expected) => {
    const decision = await decideBy(policy, { geo, reputation, now: at(hour) });
    if (expected === 'issue') expect(decision).toMatchObject({ outcome: 'issue', operations: [] });
    else if (/^\d+$/.test(expected))
      expect(decision).toMatchObject({
        outcome: 'restrict',
        operations: shortened(Number(expected)),
      });
    else
      expect(decision).toMatchObject({
        outcome: 'refuse',
        operations: [],
        refusal: { reason: 'access_denied', description: expect.stringContaining(expected) },
      });
  });

  test.each([
    ['08:59', at(8, 59), 300],
    ['09:00', at(9), 900],
    ['16:59', at(16, 59), 900],
    ['17:00', at(17), 300],
  ])('applies working hours to the minute: %s', async (_, now, seconds) => {
    expect(await decideBy(policy, { reputation: 50, now })).toMatchObject({
      operations: shortened(seconds),
    });
  });

  test('refuses with the texts of the Asgardeo guide', async () => {
    const texts = [
      await decideBy(policy, { geo: 'KP' }),
      await decideBy(policy, { reputation: 80 }),
    ];
    expect(texts.map(({ refusal }) => refusal?.description)).toEqual([
      'Access token issuance is blocked from your region KP.',
      'Access token issuance is blocked due to high IP risk.',
    ]);
  });

  test('refuses a restricted country without a reputation lookup', async () => {
    expect((await decideBy(policy, { geo: 'KP' })).fetched).toEqual(['address', 'geo']);
  });

  test.each(['missing', 'malformed', 'ambiguous', 'unsigned'])(
    'refuses if the address is unknown (%s)',
    async (address) => {
      expect(await decideBy(policy, { address })).toMatchObject({
        outcome: 'refuse',
        refusal: {
          description: 'Access token issuance is blocked because the client address is unknown.',
        },
        fetched: ['address'],
      });
    },
  );

  test.each(['private', 'reserved', 'not-found', 'database'])(
    'does not refuse if the country is unknown (%s)',
    async (geo) => {
      expect(await decideBy(policy, { geo, reputation: 0 })).toMatchObject({ outcome: 'issue' });
      expect(await decideBy(policy, { geo, reputation: 80 })).toMatchObject({ outcome: 'refuse' });
    },
  );

  test.each([
    'private',
    'reserved',
    'quota',
    'budget',
    'auth',
    'timeout',
    'upstream',
    'invalid',
    'pending',
  ] as const)('shortens the token if the reputation is unknown (%s)', async (reputation) => {
    expect(await decideBy(policy, { reputation, now: at(12) })).toMatchObject({
      outcome: 'restrict',
      operations: shortened(300),
      matched: ['unknown.reputation'],
      unknown: [{ signal: 'reputation', cause: reputation, rule: 'high-ip-risk' }],
    });
  });

  test('does not lengthen a shorter token', async () => {
    expect(await decideBy(policy, { request: '06', reputation: 50, now: at(12) })).toMatchObject({
      outcome: 'issue',
      operations: [],
    });
  });

  test('is enforced, and reads only fields of a country database', () => {
    expect(policy.mode).toBe('enforce');
    expect([...policy.geoFields]).toEqual(['country']);
    expect([...policy.signals]).toEqual(['address', 'geo', 'reputation']);
  });
});
