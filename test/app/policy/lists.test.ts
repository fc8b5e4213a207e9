import { decideBy } from '../../support/decide.ts';
import { compile, policyText, rule } from '../../support/policies.ts';

const matches = async (list: string, when: string, circumstances: object = {}, rest = '') => {
  const text = policyText(rule('one', when, '{ deny: No }'), `${rest}\nlists:\n  it: ${list}`);
  const decision = await decideBy(text, circumstances);
  expect(decision).toMatchObject({ failed: [], unknown: [] });
  return decision.outcome === 'refuse';
};

describe('membership', () => {
  const client = 'request.client_id in lists.it';
  const CLIENT = 'm2mFleet_7yQ0aXcV3bN1kLpRsTua';
  test.each<[string, string, string, object, boolean]>([
    ['a string that the list contains', `[other, ${CLIENT}]`, client, {}, true],
    ['a string that the list does not contain', '[other]', client, {}, false],
    [
      'a string as an entry with an owner',
      `[{ value: ${CLIENT}, owner: ops, note: fleet }]`,
      client,
      {},
      true,
    ],
    ['a string that differs in case', `[${CLIENT.toLowerCase()}]`, client, {}, false],
    ['an empty list', '[]', client, {}, false],
    [
      'a number that the list contains',
      '[64499, 64500]',
      'geo.asn in lists.it',
      { geo: { asn: 64500 } },
      true,
    ],
    [
      'a number that the list does not contain',
      '[64499]',
      'geo.asn in lists.it',
      { geo: { asn: 64500 } },
      false,
    ],
    [
      'a number beyond 32 bits',
      '[4294967295]',
      'geo.asn in lists.it',
      { geo: { asn: 4294967295 } },
      true,
    ],
    [
      'a number as an entry',
      '[{ value: 64500, owner: ops }]',
      'geo.asn in lists.it',
      { geo: { asn: 64500 } },
      true,
    ],
    ['no number in an empty list', '[]', 'geo.asn in lists.it', { geo: { asn: 64500 } }, false],
    ['a country', '[KP, NO]', 'geo.country in lists.it', { geo: 'NO' }, true],
    ['not in a list', '[KP]', '!(geo.country in lists.it)', { geo: 'NO' }, true],
    ['a claim', '["Dilini"]', 'token.claims.given_name in lists.it', { request: '03' }, true],
    ['an absent claim', '["Dilini"]', 'token.claims.nothing in lists.it', { request: '03' }, false],
    [
      'a number of a claim',
      '[1767225600]',
      'token.claims.updated_at in lists.it',
      { request: '03' },
      true,
    ],
    [
      'a claim in an empty list',
      '[]',
      'token.claims.given_name in lists.it',
      { request: '03' },
      false,
    ],
    [
      'one of several scopes',
      '[openid, admin]',
      'token.scopes.exists(scope, scope in lists.it)',
      { request: '03' },
      true,
    ],
    [
      'all scopes',
      '[openid, admin]',
      'token.scopes.all(scope, scope in lists.it)',
      { request: '03' },
      false,
    ],
    [
      'a loop over the entries',
      '[open, admin]',
      'lists.it.exists(one, request.grant.startsWith(one))',
      {},
      false,
    ],
    ['the size, without duplicates', '[a, b, a]', 'size(lists.it) == 2', {}, true],
    ['the name of an inherited property', '[a]', '"constructor" in lists.it', {}, false],
  ])('%s', async (_, list, when, circumstances, expected) => {
    expect(await matches(list, when, circumstances)).toBe(expected);
  });
});

describe('networks', () => {
  const list =
    '[10.0.0.0/8, 192.0.2.7, "2001:db8::/32", { value: 198.51.100.0/24, owner: ops, note: office }]';
  test.each([
    ['10.0.0.0', true],
    ['10.255.255.255', true],
    ['11.0.0.0', false],
    ['9.255.255.255', false],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['198.51.100.255', true],
    ['2001:db8:ffff::1', true],
    ['2001:db9::', false],
    ['::ffff:10.1.2.3', true],
  ])('%s', async (address, expected) => {
    expect(await matches(list, 'address.within("it")', { address })).toBe(expected);
  });

  test('an empty list contains no address', async () => {
    expect(await matches('[]', 'address.within("it")')).toBe(false);
  });

  test('a condition may use two lists', async () => {
    const text = policyText(
      rule('one', 'address.within("a") && !address.within("b")', '{ deny: No }'),
      'lists:\n  a: [10.0.0.0/8]\n  b: [10.1.0.0/16]',
    );
    expect((await decideBy(text, { address: '10.2.0.1' })).outcome).toBe('refuse');
    expect((await decideBy(text, { address: '10.1.0.1' })).outcome).toBe('issue');
  });
});

describe("an entry applies up to and including its last day, in the policy's time zone", () => {
  const until = '{ value: KP, until: 2026-03-31 }';
  const at = (iso: string) => ({ geo: 'KP', now: Date.parse(iso) });
  test.each<[string, string, string, boolean]>([
    ['long before', 'UTC', '2020-01-01T00:00:00Z', true],
    ['the last minute of the day', 'UTC', '2026-03-31T23:59:59.999Z', true],
    ['the first minute of the next day', 'UTC', '2026-04-01T00:00:00Z', false],
    ['long after', 'UTC', '2031-01-01T00:00:00Z', false],
    [
      'the next day has begun, far in the east',
      'Pacific/Kiritimati',
      '2026-03-31T10:00:00Z',
      false,
    ],
    ['the moment before that', 'Pacific/Kiritimati', '2026-03-31T09:59:59Z', true],
    ['the day has not ended, far in the west', 'Pacific/Pago_Pago', '2026-04-01T10:59:59Z', true],
    ['the day has ended, far in the west', 'Pacific/Pago_Pago', '2026-04-01T11:00:00Z', false],
    ['half an hour off', 'Asia/Kolkata', '2026-03-31T18:29:59Z', true],
    ['the moment after', 'Asia/Kolkata', '2026-03-31T18:30:00Z', false],
    ['in summer time', 'Europe/Berlin', '2026-03-31T21:59:59Z', true],
    ['at local midnight', 'Europe/Berlin', '2026-03-31T22:00:00Z', false],
  ])('%s (%s)', async (_, zone, moment, expected) => {
    expect(
      await matches(`[${until}]`, 'geo.country in lists.it', at(moment), `timezone: ${zone}`),
    ).toBe(expected);
  });

  const mixed =
    '[10.0.0.0/8, { value: 192.0.2.0/24, until: 2026-03-31 }, { value: 198.51.100.7, until: 2026-04-01 }]';
  test.each<[string, string, boolean]>([
    ['192.0.2.1', '2026-03-31T12:00:00Z', true],
    ['192.0.2.1', '2026-04-01T12:00:00Z', false],
    ['198.51.100.7', '2026-04-01T12:00:00Z', true],
    ['198.51.100.7', '2026-04-02T12:00:00Z', false],
    ['10.1.1.1', '2031-01-01T00:00:00Z', true],
  ])('a network: %s on %s', async (address, moment, expected) => {
    expect(await matches(mixed, 'address.within("it")', { address, now: Date.parse(moment) })).toBe(
      expected,
    );
  });

  test('a running policy follows the date, forwards and backwards', async () => {
    const policy = compile(
      policyText(
        rule('one', 'geo.country in lists.it || address.within("nets")', '{ deny: No }'),
        `lists:\n  it: [${until}]\n  nets: [{ value: 192.0.2.1, until: 2026-03-31 }]`,
      ),
    );
    const outcomes: string[] = [];
    for (const day of ['2026-03-31', '2026-04-01', '2026-03-31', '2026-04-02']) {
      for (const circumstances of [{ geo: 'KP' }, { address: '192.0.2.1' }]) {
        const { outcome } = await decideBy(policy, {
          ...circumstances,
          now: Date.parse(`${day}T12:00:00Z`),
        });
        outcomes.push(outcome);
      }
    }
    expect(outcomes).toEqual([
      'refuse',
      'refuse',
      'issue',
      'issue',
      'refuse',
      'refuse',
      'issue',
      'issue',
    ]);
  });

  test('a value with a date may also be listed without one', async () => {
    expect(
      await matches(`[${until}, KP]`, 'geo.country in lists.it', at('2031-01-01T00:00:00Z')),
    ).toBe(true);
  });

  test('a number may have a last day', async () => {
    const list = '[{ value: 64500, until: 2026-03-31 }]';
    const on = (day: string) => ({ geo: { asn: 64500 }, now: Date.parse(`${day}T12:00:00Z`) });
    expect(await matches(list, 'geo.asn in lists.it', on('2026-03-31'))).toBe(true);
    expect(await matches(list, 'geo.asn in lists.it', on('2026-04-01'))).toBe(false);
  });
});
