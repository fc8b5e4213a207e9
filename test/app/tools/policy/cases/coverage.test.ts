import { findExample } from '../../../../../app/tools/policy/cases/coverage/example.ts';
import { readCases } from '../../../../../app/tools/policy/cases/read.ts';
import { runCases } from '../../../../../app/tools/policy/cases/run.ts';
import { compile, policyText, rule } from '../../../../support/policies.ts';

/** Runs cases, given as the values of `given`, and returns what none of them reaches. */
async function missingIn(when: string, givens: readonly string[], rest = 'feeds: [tor]') {
  const policy = compile(policyText(rule('r', when, '{ deny: No. }'), rest));
  const rows = givens.map(
    (given, index) => `{ name: c${index}, given: ${given}, expect: { reason: x } }`,
  );
  const { cases } = readCases(`cases: [${rows.join(', ')}]`, 'a.cases.yaml');
  const { coverage, results } = await runCases(policy, cases);
  expect(results.flatMap(({ error }) => error ?? [])).toEqual([]);
  const missing = coverage.points.filter(({ reached, kind }) => !reached && kind !== 'cause');
  return { missing, policy, coverage };
}

describe('what no case reaches', () => {
  const [G, S] = ['request.grant == "password"', 'abuse.score >= 75'];
  const [P, R] = ['grant: password', 'grant: refresh_token'];
  const NEVER = 'the rule matches in no case';
  const ALWAYS = 'the rule matches in every case that reaches it';
  test.each<[string, string[], string[]]>([
    [G, [`{ ${P} }`], [ALWAYS]],
    [G, [`{ ${R} }`], [NEVER]],
    [G, [`{ ${P} }`, `{ ${R} }`], []],
    ['true', ['{}'], []],
    // The right side is not evaluated if the left side decides.
    [
      `${G} && ${S}`,
      [`{ ${R}, score: 80 }`],
      [NEVER, `${G} is true in no case`, `${S} is true in no case`, `${S} is false in no case`],
    ],
    [`${G} && ${S}`, [`{ ${P}, score: 80 }`, `{ ${R}, score: 80 }`], [`${S} is false in no case`]],
    [`${G} && ${S}`, [`{ ${P}, score: 80 }`, `{ ${P}, score: 5 }`, `{ ${R} }`], []],
    // Also if the left side waits for a signal while the right one is already known.
    [
      `${S} && ${G}`,
      [`{ ${P}, score: 5 }`],
      [NEVER, `${S} is true in no case`, `${G} is true in no case`, `${G} is false in no case`],
    ],
    [
      `${S} || ${G}`,
      [`{ ${P}, score: 80 }`],
      // The grant decides, so the signal is not fetched.
      [ALWAYS, `${S} is true in no case`, `${S} is false in no case`, `${G} is false in no case`],
    ],
    [`${S} || ${G}`, [`{ ${P}, score: 8 }`, `{ ${R}, score: 8 }`, '{ score: 80 }'], []],
    // A chain has three operands, and a negation the sides of its operand.
    [
      'now.hour > 1 && now.hour > 2 && now.hour > 3',
      ['{ time: "03:00" }'],
      [
        NEVER,
        'now.hour > 1 is false in no case',
        'now.hour > 2 is false in no case',
        'now.hour > 3 is true in no case',
      ],
    ],
    [
      '!(now.hour > 1 && now.hour > 2)',
      ['{ time: "02:00" }'],
      [ALWAYS, 'now.hour > 1 is false in no case', 'now.hour > 2 is true in no case'],
    ],
    [
      `${G} ? ${S} : now.hour > 5`,
      [`{ ${P}, score: 80 }`],
      [
        ALWAYS,
        `${G} is false in no case`,
        `${S} is false in no case`,
        'now.hour > 5 is true in no case',
        'now.hour > 5 is false in no case',
      ],
    ],
    // In loops.
    [
      'token.scopes.exists(s, s == "a" || s == "b")',
      ['{ scopes: [c, b] }'],
      [ALWAYS, 's == "a" is true in no case'],
    ],
    // An unknown signal reaches no side, unless the other one decides.
    [
      `${S} && ${G}`,
      ['{ unknown: { reputation: quota }, grant: password }'],
      [
        NEVER,
        ALWAYS,
        `${S} is true in no case`,
        `${S} is false in no case`,
        `${G} is false in no case`,
      ],
    ],
    [
      'has(geo.country) && geo.country == "KP"',
      ['{ unknown: { geo: database } }'],
      [
        NEVER,
        ALWAYS,
        'has(geo.country) is true in no case',
        'has(geo.country) is false in no case',
        'geo.country == "KP" is true in no case',
        'geo.country == "KP" is false in no case',
      ],
    ],
    [
      '!has(geo.country) || geo.country == "KP"',
      ['{ unknown: { geo: database } }'],
      [
        ALWAYS,
        '!has(geo.country) is false in no case',
        'geo.country == "KP" is true in no case',
        'geo.country == "KP" is false in no case',
      ],
    ],
    // A condition that fails is neither true nor false.
    [
      'token.claims["level"] == 1 && now.hour > 5',
      ['{ claims: { level: high } }'],
      [
        NEVER,
        ALWAYS,
        'token.claims["level"] == 1 is true in no case',
        'token.claims["level"] == 1 is false in no case',
        'now.hour > 5 is false in no case',
      ],
    ],
  ])('%s with %j', async (when, givens, expected) => {
    const { missing } = await missingIn(when, givens);
    expect(missing.map((point) => point.missing)).toEqual(expected);
  });

  test('sides that no request can reach do not count', async () => {
    const empty = 'lists: { none: [] }';
    const { missing } = await missingIn('address.within("none")', ['{ address: 8.8.8.8 }'], empty);
    expect(missing).toEqual([]);
    const both = `address.within("none") && ${S}`;
    const found = await missingIn(both, ['{ address: 8.8.8.8 }'], empty);
    expect(found.missing).toEqual([]);
  });
});

test('each cause of each signal counts, apart from a wait that the policy does not have', async () => {
  const given = '{ unknown: { reputation: [quota, auth] } }';
  const { coverage } = await missingIn('abuse.score >= 75', [given]);
  const causes = coverage.points.filter(({ kind }) => kind === 'cause');
  expect(causes.map(({ signal, cause, reached }) => `${signal} ${cause} ${reached}`)).toEqual([
    ...['missing', 'malformed', 'ambiguous', 'unsigned'].map((cause) => `address ${cause} false`),
    ...['private false', 'reserved false', 'quota true', 'budget false', 'auth true'].map(
      (text) => `reputation ${text}`,
    ),
    ...['timeout false', 'upstream false', 'invalid false'].map((text) => `reputation ${text}`),
  ]);
  expect(coverage).toMatchObject({ total: 14, reached: 2, percent: 14 });
  const waits = await missingIn('abuse.score >= 75', [given], 'wait: { reputation: 100ms }');
  expect(waits.coverage.points.map(({ cause }) => cause)).toContain('pending');
});

describe('an example reaches what is missing', () => {
  test.each([
    ['abuse.score >= 75', ['{ score: 75 }', '{ score: 74 }']],
    ['25 < abuse.score', ['{ score: 26 }', '{ score: 25 }']],
    ['geo.country in lists.c', ['{ country: KP }', '{ country: LK }']],
    ['geo.country == "LK"', ['{ country: LK }', '{ country: CH }']],
    [
      'now.hour >= 9 && now.hour < 17',
      [
        '{ time: 09:00 }',
        '{ time: 08:00 }',
        '{ time: 09:00 }',
        '{ time: 08:00 }',
        '{ time: 09:00 }',
        '{ time: 17:00 }',
      ],
    ],
    [
      'now.weekday == 0 || request.client_id == "a"',
      [
        '{ time: Sun 12:00 }',
        '{ client: other, time: Mon 12:00 }',
        '{ time: Sun 12:00 }',
        '{ time: Mon 12:00 }',
        '{ client: a, time: Mon 12:00 }',
        '{ client: other, time: Mon 12:00 }',
      ],
    ],
    ['"admin" in token.scopes', ['{ scopes: [ admin ] }', '{ scopes: [] }']],
    ['token.claims["level"] == 3', ['{ claims: { level: 3 } }', '{ claims: { level: 0 } }']],
    ['abuse.tor', ['{ abuse: { tor: true } }', '{ abuse: { tor: false } }']],
    ['anonymizer.vpn', ['{ anonymizer: { vpn: true } }', '{ anonymizer: { vpn: false } }']],
    ['address.within("net")', ['{ address: 8.8.8.0 }', '{ address: 205.210.31.51 }']],
    ['address.within("tor")', ['{ feeds: [ tor ] }', '{ feeds: [] }']],
    ['token.scopes.exists(s, s.startsWith("a"))', [undefined, undefined]],
  ])('%s', async (when, expected) => {
    const lists = 'feeds: [tor]\nlists: { c: [KP, IR], net: [8.8.8.0/24] }';
    const { missing, policy } = await missingIn(when, [], lists);
    const examples = missing.map((point) => findExample(point, policy.lists));
    expect(examples).toEqual(expected);
    const { missing: rest } = await missingIn(
      when,
      examples.filter((one) => one !== undefined),
      lists,
    );
    if (!expected.includes(undefined as never)) expect(rest).toEqual([]);
  });
});

test('observing a policy does not change it', async () => {
  const { policy } = await missingIn('abuse.score >= 75 && now.hour > 5', ['{ score: 80 }']);
  const evaluations = () => {
    const [one] = policy.rules;
    const { args } = one?.source.tree ?? {};
    return [one?.source.tree, ...(Array.isArray(args) ? args : [])].map(
      (node) => (node as { evaluate: unknown }).evaluate,
    );
  };
  const before = evaluations();
  const { cases } = readCases('cases: [{ name: a, given: { score: 1 }, expect: issue }]', 'a');
  await runCases(policy, cases);
  expect(evaluations()).toEqual(before);
  expect(before.every((one, index) => one === evaluations()[index])).toBe(true);
});
