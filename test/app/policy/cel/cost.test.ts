import { readTokenRequest } from '../../../../app/src/action/request.ts';
import { createExpressionCompiler } from '../../../../app/src/policy/cel/compiler.ts';
import {
  MAX_CONDITION_COST,
  MAX_POLICY_COST,
} from '../../../../app/src/policy/cel/semantics/cost.ts';
import { SignalReader } from '../../../../app/src/policy/cel/signal-reader.ts';
import { ClaimsView } from '../../../../app/src/policy/cel/variables/claims.ts';
import { Variables } from '../../../../app/src/policy/cel/variables/index.ts';
import { Issues } from '../../../../app/src/policy/file/issues.ts';
import { unknown } from '../../../../app/src/signals/signal.ts';
import { type Verdict, verdictOf } from '../../../support/conditions.ts';
import {
  cel,
  decideOn,
  policyOf,
  policyThat,
  type RuleText,
  tokenOf,
} from '../../../support/decide.ts';
import { meet, requestWith, requestWithClaims } from '../../../support/policy.ts';

/** A text of this length. */
const long = (text: string, length: number) =>
  text.repeat(Math.ceil(length / text.length)).slice(0, length);

/** A request with these parameters, granted scopes and claims. */
function requestOf({
  params = {},
  scopes = [],
  claims = {},
}: {
  readonly params?: Readonly<Record<string, string>>;
  readonly scopes?: readonly string[];
  readonly claims?: Readonly<Record<string, unknown>>;
}): string {
  const body = JSON.parse(
    requestWith('03', {
      'event.request.additionalParams': Object.entries(params).map(([name, value]) => ({
        name,
        value: [value],
      })),
      'event.accessToken.scopes': scopes,
    }),
  );
  for (const [name, value] of Object.entries(claims)) {
    const others = body.event.accessToken.claims.filter(
      (one: { name: string }) => one.name !== name,
    );
    body.event.accessToken.claims = [...others, { name, value }];
  }
  return JSON.stringify(body);
}

const KB = 1000;
const COMMAS = { levels: long(',', 120 * KB) };
const WORDS = { levels: long('ab,', 300 * KB) };
const UNLIKE = { text: long('a', 300 * KB), sought: `${long('a', 50 * KB)}b${long('a', 50 * KB)}` };
const SCOPES = Array.from({ length: 19_000 }, (_, at) => `scope-${at}`);
const OBJECTS = Array.from({ length: 490 }, (_, at) => ({ id: at, name: 'x' }));

describe('a condition on which a client wants to spend too much work fails, and does not help it', () => {
  test.each<[string, Parameters<typeof requestOf>[0], string]>([
    ['commas split', { params: COMMAS }, 'request.params["levels"].split(",").exists(l, l == "x")'],
    [
      'a megabyte of commas',
      { params: { levels: long(',', 1000 * KB) } },
      'request.params["levels"].split(",").exists(l, int(l) > 3)',
    ],
    [
      'words split',
      { params: WORDS },
      'request.params.levels.split(",").filter(l, l == "x").size() > 3',
    ],
    ['with a limit', { params: WORDS }, 'request.params.levels.split(",", 99999).size() > 3'],
    ['into letters', { params: WORDS }, 'request.params.levels.split("").size() < 3'],
    ['whose number alone matters', { params: WORDS }, 'size(request.params.levels.split(",")) < 3'],
    [
      'split, joined and split',
      { params: { levels: long('ab,', 150 * KB) } },
      'request.params.levels.split(",").join(";").split(";").size() < 3',
    ],
    [
      'joined by a long text',
      { params: { levels: long('a,', 4 * KB), by: long('b', 4 * KB) } },
      'request.params.levels.split(",").join(request.params.by).size() < 3',
    ],
    [
      'put together with a long text',
      { params: { levels: long('a,', 4 * KB), by: long('b', 4 * KB) } },
      '(request.params.by + request.params.by).split("b").map(x, "y" + x).size() < 1 || cel.bind(by, request.params.by, request.params.levels.split(",").join(by + by).size() < 3)',
    ],
    [
      'a list put together in each turn',
      { params: { levels: long('a,', 2 * KB) } },
      'request.params.levels.split(",").map(l, [l, l, l, l].map(a, [a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a])).size() < 3',
    ],
    [
      'searched for a long text',
      { params: UNLIKE },
      'request.params.text.contains(request.params.sought)',
    ],
    [
      'searched for its place',
      { params: UNLIKE },
      'request.params.text.indexOf(request.params.sought) > 0',
    ],
    [
      'searched from the end',
      { params: { text: long('a', 300 * KB), sought: `${long('a', KB)}b` } },
      'request.params.text.lastIndexOf(request.params.sought) > 0',
    ],
    [
      'split at a long text',
      { params: UNLIKE },
      'request.params.text.split(request.params.sought).size() > 1',
    ],
    [
      'changed again and again',
      { params: { text: long('aB', 800 * KB) } },
      'request.params.text.lowerAscii().upperAscii().lowerAscii().trim() == "x"',
    ],
    [
      'decoded',
      { params: { text: `{"a":[${long('0,', 400 * KB)}0]}` } },
      'bytes(request.params.text).json().a.size() < 3',
    ],
    [
      'encoded',
      { params: { text: long('a', 900 * KB) } },
      'bytes(bytes(request.params.text).hex()).base64() == "x"',
    ],
    [
      'matched',
      { params: { text: long('a', 900 * KB) } },
      'request.params.text.matches("[b-z]+x")',
    ],
    [
      'read as a number',
      { params: { text: `0.${long('1', 900 * KB)}` } },
      'double(request.params.text) + double(request.params.text) < 0.0',
    ],
    [
      'a function that fails on each part',
      { params: { levels: long('ab,', 30 * KB) } },
      'request.params.levels.split(",").exists(l, int(l) == 3)',
    ],
    [
      'a comparison that fails on each value',
      { claims: { groups: SCOPES } },
      'token.claims["groups"].exists(g, g == 1)',
    ],
    [
      'a time zone in each turn',
      { scopes: SCOPES },
      'token.scopes.exists(s, now.timestamp.getHours("Europe/Paris") == 23)',
    ],
    [
      'much to do in each turn',
      { scopes: SCOPES },
      `token.scopes.exists(s, ${Array.from({ length: 40 }, (_, at) => `s == "${at}"`).join(' || ')})`,
    ],
    [
      'objects that are compared with each other',
      { claims: { all: OBJECTS } },
      'token.claims["all"].all(o, o in token.claims["all"])',
    ],
  ])('%s', async (_, parts, when) => {
    expect(await verdictOf(when, requestOf(parts))).toBe('fails');
  });

  test('whatever the other side of || says', async () => {
    const when = 'request.params["levels"].split(",").exists(l, l == "x") || request.grant != ""';
    expect(await verdictOf(when, requestOf({ params: COMMAS }))).toBe('fails');
  });

  test.each([
    'request.params["levels"].split(",").exists(l, l == "x") || geo.country == "KP"',
    'geo.country == "KP" || request.params["levels"].split(",").exists(l, l == "x")',
    'request.params["levels"].split(",").exists(l, l == "x") && geo.country == "KP"',
    '(request.params["levels"].split(",").size() < 3 || request.grant != "") && geo.country == "KP"',
  ])('whatever signal is unknown: %s', async (when) => {
    const policy = policyOf([{ id: 'rule', when, effects: { deny: 'No.' } }]);
    const sources = { geo: () => unknown('database' as const) };
    const { outcome, facts } = await decideOn(requestOf({ params: COMMAS }), policy, { sources });
    expect(outcome.kind).toBe('refused');
    expect(facts.decision.failed).toEqual(['rule']);
  });

  test('unless && ends before it', async () => {
    const when = 'request.grant == "x" && request.params["levels"].split(",").exists(l, l == "x")';
    expect(await verdictOf(when, requestOf({ params: COMMAS }))).toBe('false');
  });

  test('and neither are the next ones kept from counting', async () => {
    const policy = policyThat({ deny: 'No.' });
    const { outcome } = await decideOn(requestOf({ params: COMMAS }), policy);
    expect(outcome.kind).toBe('refused');
  });

  test('a claim that would be set to the result is left as it is', async () => {
    const value = cel('request.params["levels"].split(",").size()');
    const { outcome, facts } = await decideOn(
      requestOf({ params: COMMAS }),
      policyThat({ claims: { set: { parts: value, text: `has ${value}`, other: 'x' } } }),
    );
    expect(tokenOf(outcome).claims).toMatchObject({ other: 'x' });
    expect(tokenOf(outcome).claims).not.toHaveProperty('parts');
    expect(tokenOf(outcome).claims).not.toHaveProperty('text');
    expect(facts.decision.skipped).toContainEqual({
      rule: 'rule',
      effect: 'claims.set',
      cause: 'no-value',
    });
  });
});

describe('many conditions for one request have a limit together', () => {
  const HEAVY = 'request.params["levels"].split(",").exists(l, l == "x")';
  const LEVELS = requestOf({ params: { levels: long('level,', 100 * KB) } });
  const each = (count: number, more: object = {}): RuleText[] =>
    Array.from({ length: count }, (_, at) => ({
      id: `rule-${at}`,
      when: HEAVY,
      effects: { deny: 'No.' },
      ...more,
    }));

  /** How many of these conditions one request may cost. */
  const AFFORDABLE = Math.floor(MAX_POLICY_COST / measure(HEAVY, LEVELS).spent);

  test('each of them is far from its own', () => {
    expect(measure(HEAVY, LEVELS).spent).toBeLessThan(0.8 * MAX_CONDITION_COST);
    expect(AFFORDABLE).toBeGreaterThan(5);
  });

  test('below it none fails', async () => {
    const { outcome, facts } = await decideOn(LEVELS, policyOf(each(AFFORDABLE)));
    expect(outcome.kind).toBe('token');
    expect(facts.decision.failed).toEqual([]);
  });

  test('beyond it the next one fails, and its refusal applies', async () => {
    const { outcome, facts } = await decideOn(LEVELS, policyOf(each(AFFORDABLE + 20)));
    expect(outcome.kind).toBe('refused');
    expect(facts.decision.failed).toEqual([`rule-${AFFORDABLE}`]);
  });

  test('beyond it conditions on nothing that is long still count', async () => {
    const others: RuleText[] = [
      { id: 'grant', when: 'request.grant == "x"', effects: { deny: 'No.' } },
      { id: 'score', when: 'abuse.score >= 40', effects: { lifetime: '5m' } },
    ];
    const rules = [...each(AFFORDABLE + 1, { effects: { lifetime: '10m' } }), ...others];
    const { outcome, facts } = await decideOn(LEVELS, policyOf(rules));
    expect(tokenOf(outcome).expiresIn).toBe(300);
    expect(facts.decision.failed).toEqual([`rule-${AFFORDABLE}`]);
  });

  test('no rule allows beyond it', async () => {
    const allow = { id: 'allow', when: `!${HEAVY}`, effects: { allow: true } };
    const last = { id: 'last', effects: { deny: 'No.' } };
    const rules = [...each(AFFORDABLE, { effects: { lifetime: '10m' } }), allow, last];
    expect((await decideOn(LEVELS, policyOf(rules))).outcome.kind).toBe('refused');
  });

  test('values of claims count as well', async () => {
    const names = Array.from({ length: AFFORDABLE + 20 }, (_, at) => `parts-${at}`);
    const set = Object.fromEntries(names.map((name) => [name, cel(HEAVY)]));
    const { outcome } = await decideOn(LEVELS, policyThat({ claims: { set } }));
    expect(names.filter((name) => name in tokenOf(outcome).claims)).toHaveLength(AFFORDABLE);
  });

  test('rules that are watched take nothing from those that are enforced', async () => {
    const rules = [
      ...each(AFFORDABLE + 20, { effects: { lifetime: '10m' } }),
      { id: 'last', when: `!${HEAVY}`, effects: { lifetime: '5m' }, mode: 'enforce' as const },
    ];
    const policy = policyOf(rules, { mode: 'monitor' });
    const { outcome, facts } = await decideOn(LEVELS, policy);
    expect(tokenOf(outcome).expiresIn).toBe(300);
    expect(facts.decision.matched).toEqual(['last']);
  });

  test('the next request begins anew', async () => {
    const policy = policyOf(each(AFFORDABLE));
    await decideOn(LEVELS, policy);
    expect((await decideOn(LEVELS, policy)).outcome.kind).toBe('token');
  });
});

test('a claim that cannot be read is looked at once, however often a loop reads it', () => {
  let looks = 0;
  const ownKeys = () => {
    looks += 1;
    return [];
  };
  const object = new Proxy({}, { ownKeys });
  const claims = new ClaimsView([{ name: 'it', value: [object, Number.POSITIVE_INFINITY] }]);
  for (let turn = 0; turn < 3; turn++) expect(() => claims.get('it')).toThrow('too large');
  expect(looks).toBe(1);
});

describe('what real requests contain is far from the limit', () => {
  const GROUPS = Array.from({ length: 4000 }, (_, at) => `group-${at}-`.padEnd(60, 'x'));
  const MEMBER = { claims: { groups: [...GROUPS, 'admin-1'] } };
  const PARTS = {
    params: { levels: Array.from({ length: 5000 }, (_, at) => `level-${at}`).join() },
  };

  test.each<[string, Parameters<typeof requestOf>[0], string, Verdict]>([
    [
      'thousands of groups',
      MEMBER,
      'token.claims["groups"].exists(g, g.startsWith("admin-"))',
      'true',
    ],
    ['groups that are compared', MEMBER, 'token.claims["groups"].exists(g, g == "x")', 'false'],
    [
      'groups in any case',
      MEMBER,
      'token.claims["groups"].exists(g, g.lowerAscii().contains("admin"))',
      'true',
    ],
    [
      'groups that are split',
      MEMBER,
      'token.claims["groups"].all(g, g.split("-").size() == 3)',
      'false',
    ],
    [
      'groups that match',
      MEMBER,
      'token.claims["groups"].exists_one(g, g.matches("^admin-[0-9]+$"))',
      'true',
    ],
    [
      'groups in groups',
      MEMBER,
      'token.claims["groups"].all(g, g in token.claims["groups"])',
      'true',
    ],
    [
      'groups that are filtered',
      MEMBER,
      'token.claims["groups"].filter(g, g.endsWith("-1")).size() == 1',
      'true',
    ],
    [
      'groups that are changed',
      MEMBER,
      '"admin-1!" in token.claims["groups"].map(g, g + "!")',
      'true',
    ],
    [
      'some groups that fail',
      { claims: { levels: [...Array(900).fill('x'), '7'] } },
      'token.claims["levels"].exists(l, int(l) == 7)',
      'true',
    ],
    [
      'as many scopes as fit',
      { scopes: SCOPES },
      'token.scopes.exists(s, s.startsWith("admin-"))',
      'false',
    ],
    ['scopes among scopes', { scopes: SCOPES }, 'token.scopes.all(s, s in token.scopes)', 'true'],
    [
      'a parameter of thousands of parts',
      PARTS,
      'request.params["levels"].split(",").exists(l, l == "level-4999")',
      'true',
    ],
    [
      'a long text that is searched',
      { params: { text: long('ab', 900 * KB) } },
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

/** Evaluates an expression, and returns its value with the work that it took. */
function measure(expression: string, body: string): { value: unknown; spent: number } {
  const compiler = createExpressionCompiler(new Map());
  const problems = new Issues();
  const compiled = compiler.compile(expression, problems);
  expect(problems.list).toEqual([]);
  const { signals } = meet({ request: body });
  const variables = new Variables({
    request: readTokenRequest(body),
    signals: new SignalReader(signals),
    now: 0,
    time: {} as never,
    lists: { values: () => new compiler.Lists() } as never,
  });
  try {
    return { value: compiled?.evaluate(variables), spent: compiler.costMeter.spent };
  } catch {
    return { value: undefined, spent: compiler.costMeter.spent };
  }
}

describe('work is counted', () => {
  const body = (length: number) => requestOf({ params: { text: long('ab,', length) } });

  test.each([
    'request.params.text.split(",").size()',
    'request.params.text.split(",").exists(l, l == "x")',
    'request.params.text.split(",").map(l, l + "x").size()',
    'request.params.text.lowerAscii()',
    'request.params.text.matches("x")',
    'request.params.text.split(",").join(";")',
  ])('in proportion to the request: %s', (expression) => {
    const small = measure(expression, body(10 * KB));
    const large = measure(expression, body(20 * KB));
    expect(large.spent).toBeGreaterThan(1.8 * small.spent);
    expect(large.spent).toBeLessThan(2.2 * small.spent);
    // The same request is always counted the same way.
    expect(measure(expression, body(10 * KB))).toEqual(small);
  });

  test('up to the limit, beyond which there is no value', () => {
    const over = measure('request.params.text.split(",").size()', body(900 * KB));
    expect(over.value).toBeUndefined();
    expect(over.spent).toBeGreaterThan(MAX_CONDITION_COST);
  });

  test('anew for each evaluation', () => {
    const expression = 'request.params.text.split(",").size()';
    const compiler = createExpressionCompiler(new Map());
    const compiled = compiler.compile(expression, new Issues());
    const spend = () => {
      const variables = { cost: 0, request: { params: new Map([['text', 'a,b']]) } };
      try {
        compiled?.evaluate(variables as never);
      } catch {
        // Counted nevertheless.
      }
      return compiler.costMeter.spent;
    };
    expect(spend()).toBe(spend());
  });
});

test('lowerAscii and upperAscii change ASCII letters only, as CEL says', async () => {
  const request = requestWithClaims({ it: '\u212aP Straße \u0130I' });
  expect(
    await verdictOf('token.claims.it.lowerAscii() == "\\u212ap straße \\u0130i"', request),
  ).toBe('true');
  expect(
    await verdictOf('token.claims.it.upperAscii() == "\\u212aP STRAßE \\u0130I"', request),
  ).toBe('true');
});
