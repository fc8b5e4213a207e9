import { logPolicy } from '../../../app/src/telemetry/events/policy.ts';
import { createLog, recordWriter } from '../../../app/src/telemetry/log.ts';
import { ALL_UNKNOWN_CAUSES } from '../../support/circumstances.ts';
import { decideBy } from '../../support/decide.ts';
import { compile, policyText, rule } from '../../support/policies.ts';

const CLOSED = '{ deny: Unknown }';
const GEO = rule('geo-block', 'geo.country == "KP"', '{ deny: No }');
const RISK = rule('risk', 'abuse.score >= 75', '{ lifetime: 5m }');

/** A policy whose other entries fail closed. */
function policyWith(entries: Readonly<Record<string, string>>, rules = GEO + RISK, rest = '') {
  const all = { address: CLOSED, geo: CLOSED, reputation: CLOSED, ...entries };
  const lines = Object.entries(all).map(([name, entry]) => `  ${name}: ${entry}\n`);
  return policyText(rules, `version: 1\n${rest}unknown:\n${lines.join('')}`.trimEnd());
}

const causesOf = (signal: string) =>
  ALL_UNKNOWN_CAUSES.flatMap(([name, cause]) => (name === signal ? [cause] : []));

describe('an entry that fails open is reported', () => {
  test.each<[string, Readonly<Record<string, string>>, string, string]>([
    ['ignore', { geo: 'ignore' }, 'unknown.geo', 'ignore'],
    ['allow', { geo: '{ allow: true }' }, 'unknown.geo', 'allow'],
    [
      'allow together with a restriction',
      { geo: '{ allow: true, lifetime: 5m }' },
      'unknown.geo',
      'allow',
    ],
    ['an added scope', { geo: '{ scopes: { add: [seen] } }' }, 'unknown.geo', 'add'],
    [
      'a claim that is set',
      { reputation: '{ claims: { set: { a: 1 } } }' },
      'unknown.reputation',
      'add',
    ],
    ['the entry of the address', { address: 'ignore' }, 'unknown.address', 'ignore'],
    [
      'one cause',
      { reputation: `{ auth: ignore, default: ${CLOSED} }` },
      'unknown.reputation.auth',
      'ignore',
    ],
    [
      'the other causes',
      { reputation: `{ auth: ${CLOSED}, default: ignore }` },
      'unknown.reputation.default',
      'ignore',
    ],
  ])('%s', (_, entries, entry, does) => {
    const { failOpen } = compile(policyWith(entries));
    const warnings = failOpen.map(({ warning }) => warning);
    expect(failOpen).toEqual([expect.objectContaining({ entry, does })]);
    expect(warnings).toEqual([
      expect.stringMatching(
        new RegExp(
          `^policy\\.yaml:[345]: ${entry.replaceAll('.', '\\.')}: fails open: .* fails closed\\.$`,
        ),
      ),
    ]);
  });

  test('the warning names the disabled rules and the remedy', () => {
    expect(compile(policyWith({ geo: 'ignore' })).failOpen.map(({ warning }) => warning)).toEqual([
      'policy.yaml:4: unknown.geo: fails open: while geo is unknown, the token is issued although rule "geo-block" might refuse or restrict it; { deny: … } or { lifetime: 5m } fails closed.',
    ]);
  });

  test('the warning names at most three rules', () => {
    const rules = [1, 2, 3, 4, 5].map((n) => rule(`r${n}`, `geo.asn == ${n}`, '{ deny: No }'));
    const [found] = compile(policyWith({ geo: 'ignore' }, rules.join(''))).failOpen;
    expect(found?.warning).toContain('rules "r1", "r2", "r3" and 2 more');
  });

  test('a reported entry does issue the token', async () => {
    for (const entry of ['ignore', '{ allow: true }']) {
      const decision = await decideBy(policyWith({ geo: entry }), { geo: 'database' });
      expect(decision.outcome).toBe('issue');
    }
    const closed = await decideBy(policyWith({}), { geo: 'database' });
    expect(closed.outcome).toBe('refuse');
  });
});

describe('no entry is reported', () => {
  test.each<[string, string]>([
    ['if entries refuse or restrict', policyWith({ geo: '{ lifetime: 5m }' })],
    [
      'if only allows and adds use the signal',
      policyWith({ geo: 'ignore' }, rule('home', 'geo.country == "LK"', '{ allow: true }') + RISK),
    ],
    ['for a signal that no rule uses', policyWith({ geo: 'ignore' }, RISK)],
    [
      'for a default that no cause uses',
      policyWith({
        geo: `{ ${causesOf('geo')
          .map((cause) => `${cause}: ${CLOSED}`)
          .join(', ')}, default: ignore }`,
      }),
    ],
  ])('%s', (_, text) => {
    expect(compile(text).failOpen).toEqual([]);
  });
});

describe('an entry for a cause that is younger than the policy language', () => {
  const OTHERS = `private: ${CLOSED}, reserved: ${CLOSED}, auth: ${CLOSED}, upstream: ${CLOSED}, invalid: ${CLOSED}`;
  const WAIT = 'wait: { reputation: 150ms }\n';
  const quota = (entry: string) => `quota: ${entry}, timeout: ${CLOSED}`;
  const timeout = (entry: string) => `quota: ${CLOSED}, timeout: ${entry}`;

  test.each<[string, string, string, readonly string[]]>([
    ['is reported once, where the file has it', quota('ignore'), WAIT, ['quota']],
    ['the same for a timeout', timeout('ignore'), WAIT, ['timeout']],
    ['is reported if it is the default', `${quota(CLOSED)}, default: ignore`, WAIT, ['default']],
    ['the same without a wait', `${quota(CLOSED)}, default: ignore`, '', ['default']],
    ['is reported for pending', `${quota(CLOSED)}, pending: ignore`, WAIT, ['pending']],
    ['is not reported for pending without a wait', `${quota(CLOSED)}, pending: ignore`, '', []],
    [
      'is not reported for a default that only pending could have, without a wait',
      `${quota(CLOSED)}, budget: ${CLOSED}, default: ignore`,
      '',
      [],
    ],
    [
      'is reported for a default that pending has',
      `${quota(CLOSED)}, budget: ${CLOSED}, default: ignore`,
      WAIT,
      ['default'],
    ],
  ])('%s', (_, causes, rest, found) => {
    const text = policyWith({ reputation: `{ ${OTHERS}, ${causes} }` }, GEO + RISK, rest);
    const { failOpen } = compile(text);
    expect(failOpen.map(({ entry }) => entry)).toEqual(
      found.map((cause) => `unknown.reputation.${cause}`),
    );
  });
});

describe('unenforceable: ignore fails open for restrictions', () => {
  const find = (rest: string, rules: string) => compile(policyWith({}, rules, rest)).failOpen;
  const own = rule('risk', 'abuse.score >= 75', '{ lifetime: 5m }', 'unenforceable: ignore');

  test.each([
    ['of the policy', 'unenforceable: ignore\n', GEO + RISK, 'unenforceable', ['risk']],
    ['of a rule', '', GEO + own, 'rules.unenforceable', ['risk']],
  ])('%s', (_, rest, rules, entry, names) => {
    expect(find(rest, rules)).toEqual([
      {
        entry,
        does: 'ignore',
        rules: names,
        warning: expect.stringMatching(/unenforceable: fails open: .* fails closed\.$/),
      },
    ]);
  });

  test.each([
    ['a refusal needs no operation', 'unenforceable: ignore\n', GEO],
    [
      'a rule that says deny',
      'unenforceable: ignore\n',
      rule('risk', 'abuse.score >= 75', '{ lifetime: 5m }', 'unenforceable: deny'),
    ],
    ['deny', 'unenforceable: deny\n', RISK],
  ])('is not reported: %s', (_, rest, rules) => {
    expect(find(rest, rules)).toEqual([]);
  });
});

describe('the log at start', () => {
  function linesOf(text: string): { level: string; event: string }[] {
    const lines: string[] = [];
    const log = createLog('warn', { write: (line) => void lines.push(line) });
    logPolicy(log, recordWriter(log), compile(text));
    return lines.map((line) => JSON.parse(line));
  }

  test('has the entries in the revision record, and a warning for each', () => {
    const text = policyWith({ geo: 'ignore', reputation: `{ auth: ignore, default: ${CLOSED} }` });
    const { revision } = compile(text);
    expect(linesOf(text)).toEqual([
      expect.objectContaining({
        level: 'info',
        event: 'policy',
        policy_revision: revision,
        policy_mode: 'enforce',
        rules: 2,
        fail_open: [
          { entry: 'unknown.geo', does: 'ignore', rules: ['geo-block'] },
          { entry: 'unknown.reputation.auth', does: 'ignore', rules: ['risk'] },
        ],
      }),
      expect.objectContaining({
        level: 'warn',
        event: 'policy-fails-open',
        policy_revision: revision,
      }),
      expect.objectContaining({
        level: 'warn',
        event: 'policy-fails-open',
        policy_revision: revision,
      }),
    ]);
  });

  test('has no entries and no warning for a policy that fails closed', () => {
    expect(linesOf(policyWith({}))).toEqual([
      expect.objectContaining({ event: 'policy', fail_open: [] }),
    ]);
  });

  test('bounds the record for any number of rules', () => {
    const rules = Array.from({ length: 400 }, (_, n) =>
      rule(`a-rule-with-a-name-${n}`, `geo.asn == ${n}`, '{ deny: No }'),
    );
    const [record] = linesOf(policyWith({ geo: 'ignore' }, rules.join(''))) as unknown as [
      { fail_open: { rules: string[]; rules_more: number }[] },
    ];
    expect(record.fail_open[0]?.rules).toHaveLength(8);
    expect(record.fail_open[0]?.rules_more).toBe(392);
  });

  test('bounds the record for any number of entries: log drivers split lines of more than 16 KiB', () => {
    const rules = Array.from({ length: 400 }, (_, n) =>
      rule(
        `${n}`.padStart(64, 'x'),
        'geo.country == "KP" || abuse.score > 5',
        '{ lifetime: 5m }',
        n % 2 === 0 ? 'unenforceable: ignore' : '',
      ),
    );
    const ignored = (signal: string) =>
      `{ ${['default', ...causesOf(signal)].map((cause) => `${cause}: ignore`).join(', ')} }`;
    const signals = ['address', 'geo', 'reputation'];
    const entries = Object.fromEntries(signals.map((signal) => [signal, ignored(signal)]));
    const text = policyWith(entries, rules.join(''), 'unenforceable: ignore\n');

    const [record] = linesOf(text);

    expect(compile(text).failOpen.length).toBeGreaterThan(15);
    expect(JSON.stringify(record).length).toBeLessThan(16 * 1024);
  });
});

describe('an unconditional allow above rules that refuse or restrict fails open', () => {
  const ALLOW = rule('all', true, '{ allow: true }');

  test('it is reported with these rules, which have no effect', async () => {
    const text = policyWith({}, `${ALLOW}${GEO}${RISK}`);
    expect(compile(text).failOpen).toEqual([
      {
        entry: 'rules.allow',
        does: 'allow',
        rules: ['geo-block', 'risk'],
        warning:
          'policy.yaml:8: rule "all", when: fails open: it allows every request, so rules "geo-block", "risk" below it can never refuse or restrict; move it to the end, or add a condition.',
      },
    ]);
    expect((await decideBy(text, { geo: 'KP' })).outcome).toBe('issue');
  });

  test.each<[string, string, string, readonly string[]]>([
    ['at the end', `${GEO}${RISK}${ALLOW}`, '', []],
    ['with a condition', `${rule('some', 'address.public', '{ allow: true }')}${GEO}`, '', []],
    ['that is monitored', `${rule('all', true, '{ allow: true }', 'mode: monitor')}${GEO}`, '', []],
    ['before rules that are monitored', `${ALLOW}${GEO}`, 'mode: monitor\n', []],
    [
      'between others',
      `${GEO}${rule('all', ' true ', '{ allow: true, lifetime: 1h }')}${RISK}`,
      '',
      ['risk'],
    ],
  ])('%s', (_, rules, rest, found) => {
    const { failOpen } = compile(policyWith({}, rules, rest));
    expect(failOpen.flatMap((entry) => entry.rules)).toEqual(found);
  });
});
