import { type Verdict, verdictOf } from '../../../support/conditions.ts';
import { KB, type LongParts, repeatTo, requestOf } from '../../../support/costly-requests.ts';
import { decideOn, tokenOf } from '../../../support/decide.ts';
import { cel, policyOf, policyThat } from '../../../support/policies.ts';

const COMMAS = { levels: repeatTo(120 * KB, ',') };
const WORDS = { levels: repeatTo(300 * KB, 'ab,') };
const UNLIKE = {
  text: repeatTo(300 * KB, 'a'),
  sought: `${repeatTo(50 * KB, 'a')}b${repeatTo(50 * KB, 'a')}`,
};
const SCOPES = Array.from({ length: 19_000 }, (_, at) => `scope-${at}`);
const OBJECTS = Array.from({ length: 490 }, (_, at) => ({ id: at, name: 'x' }));

describe('a condition whose cost exceeds the limit fails, and does not help the client', () => {
  test.each<[string, LongParts, string]>([
    [
      'a split of commas',
      { params: COMMAS },
      'request.params["levels"].split(",").exists(l, l == "x")',
    ],
    [
      'a split of a megabyte of commas',
      { params: { levels: repeatTo(1000 * KB, ',') } },
      'request.params["levels"].split(",").exists(l, int(l) > 3)',
    ],
    [
      'a split of words',
      { params: WORDS },
      'request.params.levels.split(",").filter(l, l == "x").size() > 3',
    ],
    [
      'a split with a limit',
      { params: WORDS },
      'request.params.levels.split(",", 99999).size() > 3',
    ],
    ['a split into characters', { params: WORDS }, 'request.params.levels.split("").size() < 3'],
    [
      'a split of which only the size is read',
      { params: WORDS },
      'size(request.params.levels.split(",")) < 3',
    ],
    [
      'split, join and split',
      { params: { levels: repeatTo(150 * KB, 'ab,') } },
      'request.params.levels.split(",").join(";").split(";").size() < 3',
    ],
    [
      'a join with a long string',
      { params: { levels: repeatTo(4 * KB, 'a,'), by: repeatTo(4 * KB, 'b') } },
      'request.params.levels.split(",").join(request.params.by).size() < 3',
    ],
    [
      'a concatenation with a long string',
      { params: { levels: repeatTo(4 * KB, 'a,'), by: repeatTo(4 * KB, 'b') } },
      '(request.params.by + request.params.by).split("b").map(x, "y" + x).size() < 1 || cel.bind(by, request.params.by, request.params.levels.split(",").join(by + by).size() < 3)',
    ],
    [
      'lists created in each iteration',
      { params: { levels: repeatTo(2 * KB, 'a,') } },
      'request.params.levels.split(",").map(l, [l, l, l, l].map(a, [a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a])).size() < 3',
    ],
    [
      'a search for a long string',
      { params: UNLIKE },
      'request.params.text.contains(request.params.sought)',
    ],
    [
      'a search for its index',
      { params: UNLIKE },
      'request.params.text.indexOf(request.params.sought) > 0',
    ],
    [
      'a search from the end',
      { params: { text: repeatTo(300 * KB, 'a'), sought: `${repeatTo(KB, 'a')}b` } },
      'request.params.text.lastIndexOf(request.params.sought) > 0',
    ],
    [
      'a split at a long string',
      { params: UNLIKE },
      'request.params.text.split(request.params.sought).size() > 1',
    ],
    [
      'repeated changes of case',
      { params: { text: repeatTo(800 * KB, 'aB') } },
      'request.params.text.lowerAscii().upperAscii().lowerAscii().trim() == "x"',
    ],
    [
      'decoding JSON',
      { params: { text: `{"a":[${repeatTo(400 * KB, '0,')}0]}` } },
      'bytes(request.params.text).json().a.size() < 3',
    ],
    [
      'encoding',
      { params: { text: repeatTo(900 * KB, 'a') } },
      'bytes(bytes(request.params.text).hex()).base64() == "x"',
    ],
    [
      'a regular expression',
      { params: { text: repeatTo(900 * KB, 'a') } },
      'request.params.text.matches("[b-z]+x")',
    ],
    [
      'conversions to numbers',
      { params: { text: `0.${repeatTo(900 * KB, '1')}` } },
      'double(request.params.text) + double(request.params.text) < 0.0',
    ],
    [
      'a function that fails in each iteration',
      { params: { levels: repeatTo(30 * KB, 'ab,') } },
      'request.params.levels.split(",").exists(l, int(l) == 3)',
    ],
    [
      'a comparison that fails in each iteration',
      { claims: { groups: SCOPES } },
      'token.claims["groups"].exists(g, g == 1)',
    ],
    [
      'a time zone in each iteration',
      { scopes: SCOPES },
      'token.scopes.exists(s, now.timestamp.getHours("Europe/Paris") == 23)',
    ],
    [
      'a large condition in each iteration',
      { scopes: SCOPES },
      `token.scopes.exists(s, ${Array.from({ length: 40 }, (_, at) => `s == "${at}"`).join(' || ')})`,
    ],
    [
      'comparisons of objects',
      { claims: { all: OBJECTS } },
      'token.claims["all"].all(o, o in token.claims["all"])',
    ],
  ])('%s', async (_, parts, when) => {
    expect(await verdictOf(when, requestOf(parts))).toBe('fails');
  });

  test('whatever the other operand of || is', async () => {
    const when = 'request.params["levels"].split(",").exists(l, l == "x") || request.grant != ""';
    expect(await verdictOf(when, requestOf({ params: COMMAS }))).toBe('fails');
  });

  test.each([
    'request.params["levels"].split(",").exists(l, l == "x") || geo.country == "KP"',
    'geo.country == "KP" || request.params["levels"].split(",").exists(l, l == "x")',
    'request.params["levels"].split(",").exists(l, l == "x") && geo.country == "KP"',
    '(request.params["levels"].split(",").size() < 3 || request.grant != "") && geo.country == "KP"',
  ])('even if a signal is unknown: %s', async (when) => {
    const policy = policyOf([{ id: 'rule', when, effects: { deny: 'No.' } }]);
    const { outcome, event } = await decideOn(requestOf({ params: COMMAS }), policy, {
      geo: 'database',
    });
    expect(outcome.kind).toBe('refused');
    expect(event.decision.failed).toEqual(['rule']);
  });

  test('unless the first operand of && is false', async () => {
    const when = 'request.grant == "x" && request.params["levels"].split(",").exists(l, l == "x")';
    expect(await verdictOf(when, requestOf({ params: COMMAS }))).toBe('false');
  });

  test('later rules still apply', async () => {
    const policy = policyThat({ deny: 'No.' });
    const { outcome } = await decideOn(requestOf({ params: COMMAS }), policy);
    expect(outcome.kind).toBe('refused');
  });

  test('a claim with such a value is skipped', async () => {
    const value = cel('request.params["levels"].split(",").size()');
    const { outcome, event } = await decideOn(
      requestOf({ params: COMMAS }),
      policyThat({ claims: { set: { parts: value, text: `has ${value}`, other: 'x' } } }),
    );
    expect(tokenOf(outcome).claims).toMatchObject({ other: 'x' });
    expect(tokenOf(outcome).claims).not.toHaveProperty('parts');
    expect(tokenOf(outcome).claims).not.toHaveProperty('text');
    expect(event.decision.skipped).toContainEqual({
      rule: 'rule',
      effect: 'claims.set',
      cause: 'no-value',
    });
  });
});

describe('realistic requests are far below the limit', () => {
  const GROUPS = Array.from({ length: 4000 }, (_, at) => `group-${at}-`.padEnd(60, 'x'));
  const MEMBER = { claims: { groups: [...GROUPS, 'admin-1'] } };
  const PARTS = {
    params: { levels: Array.from({ length: 5000 }, (_, at) => `level-${at}`).join() },
  };

  test.each<[string, LongParts, string, Verdict]>([
    [
      'thousands of groups',
      MEMBER,
      'token.claims["groups"].exists(g, g.startsWith("admin-"))',
      'true',
    ],
    ['a comparison of groups', MEMBER, 'token.claims["groups"].exists(g, g == "x")', 'false'],
    [
      'groups in lower case',
      MEMBER,
      'token.claims["groups"].exists(g, g.lowerAscii().contains("admin"))',
      'true',
    ],
    [
      'a split of groups',
      MEMBER,
      'token.claims["groups"].all(g, g.split("-").size() == 3)',
      'false',
    ],
    [
      'a regular expression on groups',
      MEMBER,
      'token.claims["groups"].exists_one(g, g.matches("^admin-[0-9]+$"))',
      'true',
    ],
    [
      'groups among groups',
      MEMBER,
      'token.claims["groups"].all(g, g in token.claims["groups"])',
      'true',
    ],
    [
      'a filter of groups',
      MEMBER,
      'token.claims["groups"].filter(g, g.endsWith("-1")).size() == 1',
      'true',
    ],
    ['a change of groups', MEMBER, '"admin-1!" in token.claims["groups"].map(g, g + "!")', 'true'],
    [
      'some failing iterations',
      { claims: { levels: [...Array(900).fill('x'), '7'] } },
      'token.claims["levels"].exists(l, int(l) == 7)',
      'true',
    ],
    [
      'as many scopes as a body can contain',
      { scopes: SCOPES },
      'token.scopes.exists(s, s.startsWith("admin-"))',
      'false',
    ],
    ['scopes among scopes', { scopes: SCOPES }, 'token.scopes.all(s, s in token.scopes)', 'true'],
    [
      'a parameter with thousands of parts',
      PARTS,
      'request.params["levels"].split(",").exists(l, l == "level-4999")',
      'true',
    ],
    [
      'a search in a long string',
      { params: { text: repeatTo(900 * KB, 'ab') } },
      'request.params["text"].contains("bb")',
      'false',
    ],
    [
      'a long list of the policy',
      {},
      '["a", "b"].exists(a, lists.names.exists(n, n == request.grant + a))',
      'false',
    ],
  ])('%s', async (_, parts, when, verdict) => {
    const names = Array.from({ length: 50_000 }, (_, at) => `name-${at}`);
    const lists = when.includes('lists.') ? { names } : {};
    expect(await verdictOf(when, requestOf(parts), lists)).toBe(verdict);
  });
});
