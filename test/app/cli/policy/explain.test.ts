import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../../../app/cli/command-line.ts';
import { addPolicy } from '../../../../app/cli/commands/policy/index.ts';
import { policyText, rule } from '../../../support/policies.ts';
import { type FakeTerminalOptions, fakeTerminal } from '../../../support/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'risk-gate-explain-'));
afterAll(() => rmSync(folder, { recursive: true }));

const PROGRAM = { name: 'risk-gate', version: '1', description: 'Test.', commands: [addPolicy] };

/** Runs `policy explain`. @param args after the name of the policy. */
async function explain(policy: string, args: readonly string[], options: FakeTerminalOptions = {}) {
  writeFileSync(join(folder, 'policy.yaml'), policy);
  const terminal = fakeTerminal({ folder, ...options });
  const all = ['policy', 'explain', 'policy.yaml', ...args];
  const exitCode = await runCommandLine(PROGRAM, all, terminal);
  return { exitCode, output: terminal.output(), errors: terminal.errors() };
}

/** Returns the JSON of an explanation. */
async function explainJson(policy: string, args: readonly string[], options = {}) {
  const { output } = await explain(policy, [...args, '--json'], options);
  return JSON.parse(output);
}

const RULES = policyText(
  rule('trusted', 'address.within("office")', '{ allow: true }') +
    rule('blocked', 'geo.country in lists.countries', '{ deny: "Not from ${geo.country}." }') +
    rule(
      'risky',
      'abuse.score >= 75 || abuse.tor',
      '{ lifetime: 5m, claims: { set: { risk: "${abuse.score}" } } }',
    ) +
    rule('never', 'request.grant == "none"', '{ deny: No }'),
  'lists: { countries: [KP], office: [8.8.8.0/24] }\nunknown: { address: { deny: Unknown. }, geo: ignore, reputation: { scopes: { remove: [admin] } } }',
);

test('the text shows the outcome, each rule with its values, and the changes of the token', async () => {
  const args = ['--country', 'ch', '--score', '80', '--signal', 'abuse.tor=false'];
  const { exitCode, output, errors } = await explain(RULES, args);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
  expect(
    output.replace(/revision \w+/, 'revision R'),
  ).toBe(`▲ Issued with restrictions: risky applies.

Policy      policy.yaml, revision R, mode enforce
Time        2026-01-05T10:30:00.000Z
Address     203.0.113.1, an example: none is given
Country     CH
Reputation  score 80, as given

Rules
  ✗ trusted  address.within("office")
               address.value = "203.0.113.1"
               address.within("office") = false
  ✗ blocked  geo.country in lists.countries
               geo.country = "CH"
               lists.countries = ["KP"]
  ✓ risky    abuse.score >= 75 || abuse.tor
               abuse.score = 80
               abuse.tor = false
             → cap the lifetime at 300 s (5 min)
             → claims: set risk to 80
  ✗ never    request.grant == "none"
               request.grant = "authorization_code"

Token
- Lifetime: 3600 s (1 h)
+ Lifetime: 300 s (5 min)
+ Claim risk: 80
  8 other properties are unchanged

Operations
  replace /accessToken/claims/expires_in 300
  add /accessToken/claims/- {"name":"risk","value":80}
`);
});

describe('the first line names the outcome and its reason', () => {
  const MONITORED = RULES.replace('version: 1', 'version: 1\nmode: monitor');
  const ONE_MONITORED = policyText(
    rule('one', true, '{ deny: No }', 'mode: monitor') + rule('two', true, '{ lifetime: 5m }'),
  );
  test.each<[string, string, string[], string]>([
    ['allow', RULES, ['--address', '8.8.8.8'], '✓ Issued without restrictions: trusted applies.\n'],
    [
      'no rule',
      RULES,
      ['--country', 'CH', '--score', '0', '--signal', 'abuse.tor=false'],
      '✓ Issued unchanged: no rule applies.\n',
    ],
    ['refuse', RULES, ['--country', 'KP'], '✕ Refused by blocked: access_denied, "Not from KP."\n'],
    ['entry of unknown', RULES, [], '✕ Refused by unknown.address: access_denied, "Unknown."\n'],
    [
      'monitor mode',
      MONITORED,
      ['--country', 'KP'],
      '✓ Issued unchanged: no rule applies.\n  The policy is in mode monitor. If enforced: refused by blocked.\n',
    ],
    [
      'a monitored rule',
      ONE_MONITORED,
      [],
      '▲ Issued with restrictions: two applies.\n  The rule one is monitored. If enforced, it would refuse.\n',
    ],
  ])('%s', async (_, policy, args, lines) => {
    const { output } = await explain(policy, args);
    expect(output.slice(0, lines.length)).toBe(lines);
  });
});

test.each<[string, string[], string[]]>([
  [
    'an unknown signal',
    ['--country', 'CH', '--unknown', 'reputation=timeout', '--scope', 'admin', '--scope', 'read'],
    [
      '  ? risky    abuse.score >= 75 || abuse.tor',
      'abuse.score: reputation is unknown: timeout',
      '→ reputation is unknown (timeout): its entry in unknown applies',
      '→ unknown.reputation: scopes: remove admin',
      '- Scopes: admin read\n+ Scopes: read\n',
    ],
  ],
  [
    'signals that are not given',
    ['--address', '10.0.0.1'],
    ['Country     unknown: private', 'Reputation  unknown: private'],
  ],
  [
    'a score that is not given',
    ['--country', 'CH'],
    ['Notes\n  The signal reputation is unknown (upstream): give --score.\n'],
  ],
  [
    'a looked-up country',
    ['--address', '175.45.176.0'],
    [
      'Country  KP',
      'Notes\n  The bundled country database is of June 2026 and has known errors. Give\n',
    ],
  ],
  [
    'rules that were not reached',
    ['--country', 'KP'],
    ['  · risky    abuse.score >= 75', '\n  none is issued\n'],
  ],
])('the text shows %s', async (_, args, parts) => {
  const { output } = await explain(RULES, args);
  for (const part of parts) expect(output).toContain(part);
});

test('long content is wrapped at 80 columns', async () => {
  const id = 'a-rule-with-an-id-that-takes-more-than-half-of-a-line';
  const policy = policyText(
    rule(
      id,
      `request.client_id == "${'x'.repeat(120)}" || geo.country in lists.many`,
      '{ lifetime: 5m }',
    ) + rule('other', `token.claims["note"] == "${'long words '.repeat(30)}"`, '{ deny: No }'),
    `lists: { many: [${'CH, DE, AT, FR, IT, LI, '.repeat(4)} LU] }`,
  );
  const { output } = await explain(policy, [
    '--country',
    'CH',
    '--claim',
    `note=${'word '.repeat(99)}`,
  ]);
  expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  expect(output).toContain('lists.many = ["CH", "DE",');
});

test('JSON contains what the console shows', async () => {
  const json = await explainJson(RULES, ['--country', 'CH', '--score', '80']);
  expect(json).toMatchObject({
    file: 'policy.yaml',
    outcome: 'restrict',
    applied: ['risky'],
    operations: [
      { op: 'replace', path: '/accessToken/claims/expires_in', value: 300 },
      { op: 'add', path: '/accessToken/claims/-', value: { name: 'risk', value: 80 } },
    ],
    rules: [
      { id: 'trusted' },
      { id: 'blocked' },
      { id: 'risky', outcome: 'matched' },
      { id: 'never' },
    ],
    token: expect.arrayContaining([
      { name: 'Lifetime', before: '3600 s (1 h)', after: '300 s (5 min)', change: 'changed' },
    ]),
    response: { actionStatus: 'SUCCESS' },
    notGiven: [],
  });
});

describe('the request', () => {
  const SEES = policyText(
    rule(
      'request',
      'request.grant == "password" && request.client_id == "app" && "read" in request.scopes',
      '{ lifetime: 5m }',
    ) +
      rule(
        'token',
        '"admin" in token.scopes && token.lifetime == 900 && refresh_token.lifetime == 7200',
        '{ lifetime: 5m }',
      ) +
      rule(
        'claims',
        'token.claims["level"] == 3 && token.claims["name"] == "Jo" && "a" in token.claims["teams"]',
        '{ lifetime: 5m }',
      ) +
      rule(
        'maps',
        'request.headers["x-device"] == "d=1" && request.params["p"] == "2"',
        '{ lifetime: 5m }',
      ) +
      rule('time', 'now.hour == 22 && now.weekday == 1', '{ lifetime: 5m }') +
      rule('feeds', 'address.within("tor") && !address.within("vpn")', '{ lifetime: 5m }'),
    'feeds: [tor, vpn]',
  );
  const OPTIONS = [
    ...['--grant', 'password', '--client', 'app', '--requested-scope', 'read', '--scope', 'admin'],
    ...[
      '--lifetime',
      '15m',
      '--refresh-lifetime',
      '7200',
      '--claim',
      'level=3',
      '--claim',
      'name=Jo',
    ],
    ...['--claim', 'teams=["a"]', '--header', 'X-Device=d=1', '--param', 'p=2'],
    ...['--feed', 'tor=yes', '--feed', 'vpn=no'],
  ];
  test.each([
    ['in UTC', '2026-01-05T22:30'],
    ['with an offset', '2026-01-06T00:30+02:00'],
  ])('can be given by options, the time %s', async (_, time) => {
    const { applied } = await explainJson(SEES, [...OPTIONS, '--time', time]);
    expect(applied).toEqual(['request', 'token', 'claims', 'maps', 'time', 'feeds']);
  });

  const BODY = JSON.stringify({
    actionType: 'PRE_ISSUE_ACCESS_TOKEN',
    event: {
      request: {
        clientId: 'recorded',
        grantType: 'password',
        additionalHeaders: [{ name: 'X-Address', value: ['175.45.176.0, 192.0.2.1'] }],
      },
      accessToken: { claims: [{ name: 'expires_in', value: 3600 }] },
    },
  });
  const FROM_HEADER = ['--address-header', 'X-Address', '--trusted-proxy-hops', '2'];
  test.each<[string, string[], FakeTerminalOptions]>([
    ['a file', ['--request', 'body.json'], {}],
    ['standard input', ['--request', '-'], { stdin: BODY }],
  ])('can be the body in %s', async (_, args, options) => {
    writeFileSync(join(folder, 'body.json'), BODY);
    const json = await explainJson(RULES, [...args, ...FROM_HEADER], options);
    expect(json).toMatchObject({
      outcome: 'refuse',
      refusedBy: 'blocked',
      request: JSON.parse(BODY),
    });
  });
});

test.each<[string, string[], number, string]>([
  ['an address', ['--address', '1.2.3'], 1, '"1.2.3" is not a valid address.'],
  [
    'a country',
    ['--country', 'Switzerland'],
    2,
    '--country must be a country code in capital letters, such as CH, got "SWITZERLAND".',
  ],
  ['a score', ['--score', '101'], 2, '--score must be a whole number from 0 to 100, got "101".'],
  [
    'a field',
    ['--signal', 'abuse.tro=true'],
    2,
    '--signal abuse.tro: abuse.tro is not a field of a signal: did you mean abuse.tor?',
  ],
  [
    'a field without a value',
    ['--signal', 'abuse.tor'],
    2,
    '--signal must be a name and a value, such as abuse.tor=true, got "abuse.tor".',
  ],
  [
    'a record without a score',
    ['--signal', 'abuse.tor=true'],
    2,
    'A reputation always has a score: give abuse.score, too.',
  ],
  [
    'a signal',
    ['--unknown', 'reputatoin=timeout'],
    2,
    '--unknown: reputatoin is not a signal: did you mean reputation?',
  ],
  [
    'a cause',
    ['--unknown', 'geo=timeout'],
    2,
    '--unknown: the cause of geo must be one of private, reserved, not-found, database, got "timeout".',
  ],
  [
    'a signal that is given and unknown',
    ['--score', '5', '--unknown', 'reputation=timeout'],
    2,
    'The signal reputation cannot be both given and unknown: remove --unknown reputation=timeout, or the option that gives it.',
  ],
  [
    'a score of a private address',
    ['--address', '10.0.0.1', '--country', 'CH', '--score', '80'],
    2,
    'The address 10.0.0.1 is private and is not looked up, so it cannot have geo, abuse: give another address, or remove what it cannot have.',
  ],
  [
    'a score of an unknown address',
    ['--unknown', 'address=missing', '--score', '80'],
    2,
    'The address is unknown and is not looked up, so it cannot have abuse: give another address, or remove what it cannot have.',
  ],
  [
    'a feed that the policy does not name',
    ['--feed', 'tor=yes'],
    2,
    '--feed: the policy has no feed tor: remove the option, or add tor to feeds in the policy.',
  ],
  [
    'a feed',
    ['--feed', 'tor=maybe'],
    2,
    '--feed: tor must be yes, no, absent or expired, got "maybe".',
  ],
  [
    'a time',
    ['--time', '2026-02-30T10:00'],
    2,
    '--time must be a date and time such as 2026-01-05T10:30 or 2026-01-05T10:30+01:00, got "2026-02-30T10:00".',
  ],
  [
    'a lifetime',
    ['--lifetime', '5 min'],
    2,
    '--lifetime must be a duration such as 900s, 15m or 1h, got "5 min".',
  ],
  [
    'hops',
    ['--trusted-proxy-hops', 'x'],
    2,
    '--trusted-proxy-hops must be a whole number from 0 to 32, got "x".',
  ],
  [
    'options beside a request',
    ['--request', 'a.json', '--grant', 'x'],
    2,
    '--grant cannot be combined with --request, whose file contains it.',
  ],
  [
    'a missing request',
    ['--request', 'none.json'],
    1,
    'The request none.json cannot be read (ENOENT): check the path.',
  ],
  [
    'a request of another kind',
    ['--request', '-'],
    1,
    'Standard input is not the body of a request of the action: actionType must be PRE_ISSUE_ACCESS_TOKEN.',
  ],
  [
    'a database',
    ['--address', '8.8.8.8', '--geo-database', 'policy.yaml'],
    1,
    'The geo database FOLDER/policy.yaml is not an mmdb file, or is truncated: replace it with a complete .mmdb file.',
  ],
])('%s that is not valid is an error', async (_, args, exitCode, message) => {
  const result = await explain(RULES, args, { stdin: '{}' });
  expect({ ...result, errors: result.errors.replace(folder, 'FOLDER') }).toEqual({
    exitCode,
    output: '',
    errors: `Error: ${message}\n`,
  });
});

describe('a test case', () => {
  const CASES = `defaults: { given: { address: 205.210.31.51 } }
cases:
  - name: low
    given: { country: CH, abuse: { score: 0, tor: false } }
    expect: issue
  - name: high
    given: { country: CH, score: 80 }
    expect: refuse
`;
  const explainCase = (...args: string[]) => {
    writeFileSync(join(folder, 'a.cases.yaml'), CASES);
    return explain(RULES, ['--case', 'a.cases.yaml', ...args]);
  };

  test('is explained, with its mismatches', async () => {
    const { exitCode, output } = await explainCase('--name', 'hi');
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^▲ Issued with restrictions: risky applies\.\n/);
    expect(output).toContain(
      'Differs from the test case\n  outcome: expected refuse, got restrict\n',
    );
    expect(output).toContain('→ cap the lifetime at 300 s (5 min)');
  });

  test('that passes differs in nothing', async () => {
    const { output } = await explainCase('--name', 'low', '--json');
    expect(JSON.parse(output)).toMatchObject({
      outcome: 'issue',
      case: { name: 'low', file: 'a.cases.yaml', line: 3, status: 'passed', mismatches: [] },
    });
  });

  test.each([
    [['--name', 'lw'], 'a.cases.yaml has no case "lw": did you mean "low"?'],
    [[], 'a.cases.yaml has 2 cases: choose one with --name.'],
    [
      ['--name', 'low', '--requested-scope', 'a'],
      '--requested-scope cannot be combined with --case, whose file describes it.',
    ],
  ])('with the options %j is an error', async (args, message) => {
    const { exitCode, errors } = await explainCase(...args);
    expect([exitCode, errors]).toEqual([2, `Error: ${message}\n`]);
  });

  test('of a file that is not valid is an error', async () => {
    writeFileSync(join(folder, 'b.cases.yaml'), 'cases: [{ name: a }]');
    const { exitCode, errors } = await explain(RULES, ['--case', 'b.cases.yaml']);
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/^Error: b\.cases\.yaml:1: case "a"/);
  });
});

test('the issues of a policy that is not valid are an error', async () => {
  const { exitCode, errors } = await explain(
    policyText(rule('one', 'abuse.scor > 5', '{ deny: No }')),
    [],
  );
  expect(exitCode).toBe(1);
  expect(errors).toMatch(/^Error: policy\.yaml:\d+: rule "one", when: /);
});
