import { readFileSync } from 'node:fs';
import { type Credential, parseCredential } from '../../app/src/credential/credential.ts';
import { ASSUMPTIONS, decisionsPerTask } from '../bench/scale/arithmetic.ts';
import { costsInResults } from '../bench/scale/figures.ts';
import type { EdgeRequest } from '../support/edge/message.ts';
import type { EdgeTemplate } from '../support/edge/template.ts';
import { WebAcl } from '../support/edge/waf/web-acl.ts';
import { type Configuration, contextOf, MODES, synthesize } from '../support/stack.ts';

const templateOf = (configuration: Configuration): EdgeTemplate =>
  JSON.parse(synthesize(configuration).text);

const ADDRESS = '198.51.100.20';

/** A call of the action as it reaches the firewall, from one address. */
function call(headers: Readonly<Record<string, string>>, more: Partial<EdgeRequest> = {}) {
  const all = { 'user-agent': 'test', 'x-risk-gate-viewer-address': ADDRESS, ...headers };
  return {
    method: 'POST',
    target: '/pre-issue-access-token',
    headers: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]])),
    body: Buffer.from('{}'),
    address: ADDRESS,
    ...more,
  } satisfies EdgeRequest;
}

/** Returns the rule that blocks the last of a number of equal calls at one moment. */
function blockedBy(configuration: Configuration, request: EdgeRequest, times = 1) {
  return new WebAcl(templateOf(configuration), { now: () => 0 }).evaluate(request, times).rule;
}

/** Returns the headers that the identity server sends for a credential. */
function headersFor(credential: Credential): Record<string, string> {
  switch (credential.scheme) {
    case 'api-key':
      return { [credential.header.toLowerCase()]: credential.secret };
    case 'bearer':
      return { authorization: `Bearer ${credential.secret}` };
    case 'basic': {
      const pair = Buffer.from(`${credential.username}:${credential.secret}`).toString('base64');
      return { authorization: `Basic ${pair}` };
    }
    case 'oauth2':
      // The length of a typical token, far above the minimum length of a secret.
      return { authorization: `Bearer ${'x'.repeat(100)}.${'x'.repeat(200)}.${'x'.repeat(342)}` };
  }
}

/** A secret of the minimum length that the service accepts. */
const SHORTEST_SECRET = 'x'.repeat(16);

/** Far above the limit of calls without a credential, far below that of an address. */
const MANY = 100_000;

describe('UnauthenticatedRate never counts a call of the identity server with', () => {
  test.each<[name: string, configuration: Configuration, json: object]>([
    [
      'the generated API key',
      'cloudfront, egress nat',
      { scheme: 'api-key', header: 'x-api-key', secret: 'k'.repeat(48) },
    ],
    [
      'the shortest API key',
      'cloudfront, egress nat',
      { scheme: 'api-key', header: 'x-api-key', secret: SHORTEST_SECRET },
    ],
    [
      'an API key in another header',
      'an existing credential in x-gate',
      { scheme: 'api-key', header: 'X-Gate', secret: SHORTEST_SECRET },
    ],
    [
      'a bearer token',
      'an existing credential in authorization',
      { scheme: 'bearer', secret: SHORTEST_SECRET },
    ],
    [
      'a bearer token without credentialHeader',
      'existing secrets',
      { scheme: 'bearer', secret: SHORTEST_SECRET },
    ],
    [
      'a user name and password',
      'an existing credential in authorization',
      { scheme: 'basic', username: 'a', secret: SHORTEST_SECRET },
    ],
    [
      'an access token, after a rotation of the generated secret',
      'cloudfront, egress nat',
      { scheme: 'oauth2', issuer: 'https://issuer.example', audience: 'gate' },
    ],
    [
      'an access token, with an existing secret',
      'an existing credential in authorization',
      { scheme: 'oauth2', issuer: 'https://issuer.example', audience: 'gate' },
    ],
  ])('%s', (_, configuration, json) => {
    const credential = parseCredential(JSON.stringify(json), 'The test');
    expect(blockedBy(configuration, call(headersFor(credential)), MANY)).toBeUndefined();
  });

  test('a shorter secret cannot occur: the service rejects it', () => {
    const short = JSON.stringify({ scheme: 'bearer', secret: SHORTEST_SECRET.slice(1) });
    expect(() => parseCredential(short, 'The test')).toThrow(/too short/);
  });

  test.each([16, 17, 64, 512, 8000])('a credential header of %d characters', (length) => {
    for (const name of ['x-api-key', 'authorization']) {
      const request = call({ [name]: 'k'.repeat(length) });
      expect(blockedBy('cloudfront, egress nat', request, MANY)).toBeUndefined();
    }
  });
});

describe('UnauthenticatedRate counts a call that cannot be from the identity server, with', () => {
  test.each<[name: string, headers: Record<string, string>]>([
    ['no credential', { 'content-type': 'application/json' }],
    ['an empty credential', { 'x-api-key': '' }],
    ['a short credential', { 'x-api-key': 'k'.repeat(15) }],
    ['a credential in another header', { 'x-other-key': 'k'.repeat(48) }],
  ])('%s', (_, headers) => {
    expect(blockedBy('cloudfront, egress nat', call(headers), 1000)).toBeUndefined();
    expect(blockedBy('cloudfront, egress nat', call(headers), 1001)).toBe('UnauthenticatedRate');
  });
});

test('UnauthenticatedRate counts callers with different addresses together', () => {
  const acl = new WebAcl(templateOf('the lowest rate'), { now: () => 0 });
  const rules = Array.from({ length: 11 }, (_, index) => {
    const address = `192.0.2.${index}`;
    return acl.evaluate(call({ 'x-risk-gate-viewer-address': address }, { address })).rule;
  });
  expect(rules).toEqual([...Array(10).fill(undefined), 'UnauthenticatedRate']);
});

/** The CPU units of a task by configuration, and the maximum number of tasks. */
const SIZES = [
  ['cloudfront, egress nat', 512, 10],
  ['certificate, egress nat', 512, 10],
  ['large tasks', 1024, 10],
  ['three to forty tasks', 512, 40],
  ['the largest and most tasks', 2048, 1000],
] as const;

describe('No rate rule throttles an identity server with one address at the maximum of', () => {
  const results = new URL('../bench/results/node20.json', import.meta.url);
  const costs = costsInResults(JSON.parse(readFileSync(results, 'utf8')));

  test.each(SIZES)('%s', (configuration, cpu, maximumTasks) => {
    // A task uses at most one core, and here all of it.
    const perTask = decisionsPerTask(costs, Math.min(cpu / 1024, 1)) / ASSUMPTIONS.load;
    let now = 0;
    const acl = new WebAcl(templateOf(configuration), { now: () => now });
    const request = call({ 'x-api-key': 'k'.repeat(48) });
    const blocked: number[] = [];
    for (let second = 0; second < 900; second += 1) {
      now = second * 1000;
      const { action } = acl.evaluate(request, Math.ceil(perTask * maximumTasks));
      if (action === 'BLOCK') blocked.push(second);
    }
    expect(blocked).toEqual([]);
  });

  test('the configurations of this table have these sizes', () => {
    for (const [configuration, cpu, maximumTasks] of SIZES) {
      const { taskCpu = 512, maximumTasks: tasks = 10 } = contextOf(configuration) as Readonly<
        Record<string, unknown>
      >;
      expect([configuration, Number(taskCpu), tasks]).toEqual([configuration, cpu, maximumTasks]);
    }
  });
});

describe.each<[Configuration]>([
  ['a limit for each address'],
  ['a limit for each address, certificate'],
])('AddressRate, with %s', (configuration) => {
  test.each<[name: string, headers: Record<string, string>]>([
    ['no credential', {}],
    ['a junk credential', { 'x-api-key': 'j'.repeat(16) }],
    ['a junk token', { authorization: `Bearer ${'j'.repeat(64)}` }],
  ])('limits the calls of one address with %s', (_, headers) => {
    expect(blockedBy(configuration, call(headers), 200)).toBeUndefined();
    expect(blockedBy(configuration, call(headers), 201)).toBe('AddressRate');
  });

  test('does not limit another address, and admits the first one again after five minutes', () => {
    let now = 0;
    const acl = new WebAcl(templateOf(configuration), { now: () => now });
    const other = '192.0.2.1';
    const headers = { 'x-api-key': 'k'.repeat(48) };
    const others = call({ ...headers, 'x-risk-gate-viewer-address': other }, { address: other });
    expect(acl.evaluate(call(headers), 201).rule).toBe('AddressRate');
    expect(acl.evaluate(others).action).toBe('ALLOW');
    now = 299_000;
    expect(acl.evaluate(call(headers)).rule).toBe('AddressRate');
    now = 900_000;
    expect(acl.evaluate(call(headers)).action).toBe('ALLOW');
  });
});

interface Rate {
  readonly Limit: number;
  readonly EvaluationWindowSec: number;
}

test('Every limit is one that AWS WAF accepts', () => {
  const rates = [...MODES, ...SIZES.map(([name]) => name)].flatMap((configuration) =>
    synthesize(configuration)
      .only<{ Rules: readonly { Statement: { RateBasedStatement?: Rate } }[] }>(
        'AWS::WAFv2::WebACL',
      )
      .Properties.Rules.flatMap(({ Statement }) => Statement.RateBasedStatement ?? []),
  );
  expect(rates).toHaveLength(2 * (MODES.length + SIZES.length));
  for (const { EvaluationWindowSec, Limit } of rates) {
    expect([60, 120, 300, 600]).toContain(EvaluationWindowSec);
    expect(Limit).toBeGreaterThanOrEqual(10);
    expect(Limit).toBeLessThanOrEqual(2_000_000_000);
  }
});

describe('The first rule', () => {
  test.each<[name: string, request: Partial<EdgeRequest>, blocked: boolean]>([
    ['admits a call of the action', {}, false],
    ['admits a call with a query', { target: '/pre-issue-access-token?x=1' }, false],
    ['blocks another method', { method: 'GET' }, true],
    ['blocks another path', { target: '/' }, true],
    ['blocks a path below the action', { target: '/pre-issue-access-token/x' }, true],
    ['blocks health checks from outside', { method: 'GET', target: '/readyz' }, true],
  ])('%s', (_, more, blocked) => {
    const rule = blockedBy('cloudfront, egress nat', call({}, more));
    expect(rule).toBe(blocked ? 'OnlyTheAction' : undefined);
  });
});
