import { type Credential, parseCredential } from '../../app/src/credential/credential.ts';
import { type Configuration, MODES, synthesize } from '../support/stack.ts';

interface Request {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Field {
  readonly Method?: object;
  readonly UriPath?: object;
  readonly SingleHeader?: { readonly Name: string };
}

interface Statement {
  readonly NotStatement?: { readonly Statement: Statement };
  readonly AndStatement?: { readonly Statements: readonly Statement[] };
  readonly OrStatement?: { readonly Statements: readonly Statement[] };
  readonly ByteMatchStatement?: {
    readonly FieldToMatch: Field;
    readonly SearchString: string;
    readonly PositionalConstraint: 'EXACTLY';
  };
  readonly SizeConstraintStatement?: {
    readonly FieldToMatch: Field;
    readonly ComparisonOperator: 'GE';
    readonly Size: number;
  };
}

interface RateRule {
  readonly Name: string;
  readonly Statement: Statement & {
    readonly RateBasedStatement?: {
      readonly Limit: number;
      readonly EvaluationWindowSec: number;
      readonly AggregateKeyType: string;
      readonly ScopeDownStatement: Statement;
    };
  };
}

function fieldOf({ Method, UriPath, SingleHeader }: Field, request: Request): string | undefined {
  if (Method !== undefined) return request.method;
  if (UriPath !== undefined) return request.path;
  if (SingleHeader !== undefined) return request.headers[SingleHeader.Name.toLowerCase()];
  throw new Error('Unsupported field.');
}

/** Evaluates a statement as described in AWS WAF's documentation. */
function matches(statement: Statement, request: Request): boolean {
  const { NotStatement, AndStatement, OrStatement, ByteMatchStatement, SizeConstraintStatement } =
    statement;
  if (NotStatement !== undefined) return !matches(NotStatement.Statement, request);
  if (AndStatement !== undefined) {
    return AndStatement.Statements.every((part) => matches(part, request));
  }
  if (OrStatement !== undefined) {
    return OrStatement.Statements.some((part) => matches(part, request));
  }
  if (ByteMatchStatement?.PositionalConstraint === 'EXACTLY') {
    return fieldOf(ByteMatchStatement.FieldToMatch, request) === ByteMatchStatement.SearchString;
  }
  if (SizeConstraintStatement?.ComparisonOperator === 'GE') {
    // A missing header does not match.
    const value = fieldOf(SizeConstraintStatement.FieldToMatch, request);
    return value !== undefined && Buffer.byteLength(value) >= SizeConstraintStatement.Size;
  }
  throw new Error(`Unsupported statement: ${Object.keys(statement)}.`);
}

function rulesOf(configuration?: Configuration): readonly RateRule[] {
  return synthesize(configuration).only<{ Rules: RateRule[] }>('AWS::WAFv2::WebACL').Properties
    .Rules;
}

function rateRuleOf(configuration?: Configuration) {
  const rates = rulesOf(configuration).flatMap(
    ({ Statement }) => Statement.RateBasedStatement ?? [],
  );
  const [rate] = rates;
  if (rate === undefined || rates.length > 1)
    throw new Error(`Expected one rate rule, got ${rates.length}.`);
  return rate;
}

const action = (headers: Request['headers']): Request => ({
  method: 'POST',
  path: '/pre-issue-access-token',
  headers,
});

const isCounted = (configuration: Configuration | undefined, headers: Request['headers']) =>
  matches(rateRuleOf(configuration).ScopeDownStatement, action(headers));

/** Returns the headers that the identity server sends for a credential. */
function headersFor(credential: Credential): Request['headers'] {
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

describe('The rate rule never counts a call of the identity server with', () => {
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
    expect(isCounted(configuration, headersFor(credential))).toBe(false);
  });

  test('a shorter secret cannot occur: the service rejects it', () => {
    const short = JSON.stringify({ scheme: 'bearer', secret: SHORTEST_SECRET.slice(1) });
    expect(() => parseCredential(short, 'The test')).toThrow(/too short/);
  });

  test.each([16, 17, 64, 512, 8000])('a credential header of %d characters', (length) => {
    expect(isCounted(undefined, { 'x-api-key': 'k'.repeat(length) })).toBe(false);
    expect(isCounted(undefined, { authorization: 'k'.repeat(length) })).toBe(false);
  });
});

test.each(MODES)('The rate rule is the same with %s', (mode) => {
  expect(rateRuleOf(mode)).toEqual(rateRuleOf());
});

describe('The rate rule counts a call that cannot be from the identity server, with', () => {
  test.each<[name: string, headers: Request['headers']]>([
    ['no credential', { 'content-type': 'application/json' }],
    ['an empty credential', { 'x-api-key': '' }],
    ['a short credential', { 'x-api-key': 'k'.repeat(15) }],
    ['a credential in another header', { 'x-other-key': 'k'.repeat(48) }],
  ])('%s', (_, headers) => {
    expect(isCounted(undefined, headers)).toBe(true);
  });
});

test('The rate rule counts all callers together, with values that AWS WAF accepts', () => {
  const rate = rateRuleOf();
  expect(rate).toMatchObject({ Limit: 1000, AggregateKeyType: 'CONSTANT' });
  expect([60, 120, 300, 600]).toContain(rate.EvaluationWindowSec);
  expect(rateRuleOf('the lowest rate').Limit).toBe(10);
});

describe('The first rule', () => {
  const blocks = (request: Partial<Request>) =>
    matches(rulesOf()[0]?.Statement ?? {}, { ...action({}), ...request });

  test.each<[name: string, request: Partial<Request>, blocked: boolean]>([
    ['admits a call of the action', {}, false],
    ['blocks another method', { method: 'GET' }, true],
    ['blocks another path', { path: '/' }, true],
    ['blocks a path below the action', { path: '/pre-issue-access-token/x' }, true],
    ['blocks health checks from outside', { method: 'GET', path: '/readyz' }, true],
  ])('%s', (_, request, blocked) => {
    expect(blocks(request)).toBe(blocked);
  });
});
