import { parseExactJson } from '../../../app/src/action/exact-json.ts';
import { verdictOf } from '../../support/conditions.ts';
import { decideOn, tokenOf } from '../../support/decide.ts';
import { requestWithClaims } from '../../support/payloads.ts';
import { cel, policyThat } from '../../support/policies.ts';

describe('parseExactJson does not round integers', () => {
  test.each<[string, unknown]>([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    [
      '[1, 9007199254740993, {"a": 9007199254740995}]',
      [1, 9007199254740993n, { a: 9007199254740995n }],
    ],
    ['{"9007199254740993": "9007199254740993"}', { '9007199254740993': '9007199254740993' }],
    ['["\\"9007199254740993", 9007199254740993]', ['"9007199254740993', 9007199254740993n]],
    ['["\\\\", 9007199254740993]', ['\\', 9007199254740993n]],
    ['[9007199254740993,9007199254740993]', [9007199254740993n, 9007199254740993n]],
    // Fractions and exponents are doubles, as written.
    ['0.12345678901234568', 0.12345678901234568],
    ['1234567890123456.5', 1234567890123456.5],
    ['9007199254740993e3', 9007199254740993e3],
    ['9007199254740993.0', 9007199254740992],
    ['1e20', 1e20],
    ['-0', -0],
    [`1${'0'.repeat(308)}`, 10n ** 308n],
    [`1${'0'.repeat(400)}`, Number.POSITIVE_INFINITY],
    [`-1${'0'.repeat(309)}`, Number.NEGATIVE_INFINITY],
  ])('%s', (json, value) => {
    expect(parseExactJson(json)).toEqual(value);
  });

  test('at any position', () => {
    for (let offset = 0; offset < 40; offset += 1) {
      const blanks = ' '.repeat(offset);
      expect(parseExactJson(`${blanks}9007199254740993`)).toBe(9007199254740993n);
      expect(parseExactJson(`[1,${blanks}9007199254740993]`)).toEqual([1, 9007199254740993n]);
      expect(parseExactJson(`${blanks}[9007199254740991,1]`)).toEqual([9007199254740991, 1]);
    }
  });

  test.each([
    '',
    '9007199254740993 x',
    '{"a":9007199254740993',
    '09007199254740993',
    '[9007199254740993,]',
  ])('and throws for invalid JSON: %j', (json) => {
    expect(() => parseExactJson(json)).toThrow(SyntaxError);
  });
});

/** A request with claims, whose integers are written out. */
const requestOf = (claims: Readonly<Record<string, unknown>>) =>
  requestWithClaims(claims).replace(/"#(-?\d+)"/g, '$1');

const REQUEST = requestOf({
  it: '#9007199254740993',
  neighbour: '#9007199254740992',
  same: '#9007199254740993',
  list: ['#9007199254740993', '#9007199254740995'],
  object: { id: '#9007199254740993' },
  beyond: '#18446744073709551617',
  endless: `#1${'0'.repeat(400)}`,
});

describe('a claim above 2^53 does not equal its neighbours', () => {
  test.each([
    ['token.claims.it == 9007199254740993', 'true'],
    ['token.claims.it == 9007199254740992', 'false'],
    ['token.claims.it != 9007199254740992', 'true'],
    ['token.claims.it == token.claims.neighbour', 'false'],
    ['token.claims.it == token.claims.same', 'true'],
    ['token.claims.it == 9007199254740992.0', 'false'],
    ['token.claims.it in [9007199254740992, 9007199254740994]', 'false'],
    ['token.claims.it > token.claims.neighbour', 'true'],
    ['9007199254740993 in token.claims.list', 'true'],
    ['9007199254740992 in token.claims.list', 'false'],
    ['token.claims.list == [9007199254740993, 9007199254740995]', 'true'],
    ['token.claims.object.id == 9007199254740993', 'true'],
    ['token.claims.object.id == 9007199254740992', 'false'],
    ['token.claims.it == "9007199254740993"', 'fails'],
    ['string(token.claims.it) == "9007199254740993"', 'true'],
    ['token.claims.it + 1 == 9007199254740994', 'true'],
    ['token.claims.beyond == token.claims.it', 'false'],
    ['token.claims.beyond + 1 > 0', 'fails'],
    ['token.claims.endless > 1', 'fails'],
  ])('%s: %s', async (when, verdict) => {
    expect(await verdictOf(when, REQUEST)).toBe(verdict);
  });
});

describe('a claim that is copied', () => {
  const copyOf = async (value: unknown) => {
    const { outcome, event } = await decideOn(
      REQUEST,
      policyThat({ claims: { set: { copy: value } } }),
    );
    return { copy: tokenOf(outcome).claims.copy, skipped: event.decision.skipped };
  };
  const SKIPPED = {
    copy: undefined,
    skipped: [{ rule: 'rule', effect: 'claims.set', cause: 'no-value' }],
  };

  test.each<[string, unknown, unknown]>([
    ['into a text is exact', `id ${cel('token.claims.it')}`, 'id 9007199254740993'],
    ['as a string is exact', cel('string(token.claims.it)'), '9007199254740993'],
    ['into a list of strings is exact', [`${cel('token.claims.it')}!`], ['9007199254740993!']],
    [
      'from a list into a text',
      `${cel('token.claims.list')}!`,
      '9007199254740993 9007199254740995!',
    ],
    ['from an object into a text', `${cel('token.claims.object.id')}!`, '9007199254740993!'],
  ])('%s', async (_, value, copy) => {
    expect(await copyOf(value)).toEqual({ copy, skipped: [] });
  });

  test.each<[string, string]>([
    ['as a number', cel('token.claims.it')],
    ['as a list', cel('token.claims.list')],
    ['as a list of one', cel('token.claims.list.filter(l, l == 9007199254740993)')],
  ])('%s is skipped, and recorded', async (_, value) => {
    expect(await copyOf(value)).toEqual(SKIPPED);
  });
});

test.each([
  ['"one" in token.claims && token.claims.one == "a"', 'fails'],
  ['token.claims.one == "b"', 'fails'],
  ['token.claims.one == null', 'fails'],
  ['"one" in token.claims', 'true'],
  ['token.claims.two == "a"', 'true'],
])('a claim that occurs twice with different values has none: %s: %s', async (when, verdict) => {
  const body = JSON.parse(requestWithClaims({ one: 'a', two: 'a' }));
  body.event.accessToken.claims.push({ name: 'one', value: 'b' }, { name: 'two', value: 'a' });
  expect(await verdictOf(when, JSON.stringify(body))).toBe(verdict);
});
