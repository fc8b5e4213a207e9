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
  throw new Error('This field is not understood here.');
}

/** Whether a statement matches a request, as AWS WAF's documentation has it. */
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
    // A part that the request does not have matches nothing.
    const value = fieldOf(SizeConstraintStatement.FieldToMatch, request);
    return value !== undefined && Buffer.byteLength(value) >= SizeConstraintStatement.Size;
  }
  throw new Error(`${Object.keys(statement)} is not understood here.`);
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
  if (rate === undefined || rates.length > 1) throw new Error('There is to be one rate rule.');
  return rate;
}

const action = (headers: Request['headers']): Request => ({
  method: 'POST',
  path: '/pre-issue-access-token',
  headers,
});

const isCounted = (configuration: Configuration | undefined, headers: Request['headers']) =>
  matches(rateRuleOf(configuration).ScopeDownStatement, action(headers));

/** What the identity server sends for a credential. */
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
      // What a token looks like; none is as short as a secret may be.
      return { authorization: `Bearer ${'x'.repeat(100)}.${'x'.repeat(200)}.${'x'.repeat(342)}` };
  }
}

/** The shortest that the service takes. */
const SHORTEST = 'x'.repeat(16);

describe('The rate rule never counts a call of the identity server', () => {
  test.each<[name: string, configuration: Configuration, json: object]>([
    [
      'the generated API key',
      'cloudfront, egress nat',
      { scheme: 'api-key', header: 'x-api-key', secret: 'k'.repeat(48) },
    ],
    [
      'the shortest API key',
      'cloudfront, egress nat',
      { scheme: 'api-key', header: 'x-api-key', secret: SHORTEST },
    ],
    [
      'an API key in another header',
      'an own credential in x-gate',
      { scheme: 'api-key', header: 'X-Gate', secret: SHORTEST },
    ],
    [
      'a bearer token',
      'an own credential in authorization',
      { scheme: 'bearer', secret: SHORTEST },
    ],
    [
      'a bearer token where the header is not named',
      'own secrets',
      { scheme: 'bearer', secret: SHORTEST },
    ],
    [
      'a name and password',
      'an own credential in authorization',
      { scheme: 'basic', username: 'a', secret: SHORTEST },
    ],
    [
      'an access token, after a rotation of the generated secret',
      'cloudfront, egress nat',
      { scheme: 'oauth2', issuer: 'https://issuer.example', audience: 'gate' },
    ],
    [
      'an access token, with a secret of yours',
      'an own credential in authorization',
      { scheme: 'oauth2', issuer: 'https://issuer.example', audience: 'gate' },
    ],
  ])('%s', (_, configuration, json) => {
    const credential = parseCredential(JSON.stringify(json), 'The test');
    expect(isCounted(configuration, headersFor(credential))).toBe(false);
  });

  test('a secret that is shorter is none that the service takes', () => {
    const short = JSON.stringify({ scheme: 'bearer', secret: SHORTEST.slice(1) });
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

describe('The rate rule counts what cannot be a call of the identity server', () => {
  test.each<[name: string, headers: Request['headers']]>([
    ['no credential', { 'content-type': 'application/json' }],
    ['an empty one', { 'x-api-key': '' }],
    ['one that is too short', { 'x-api-key': 'k'.repeat(15) }],
    ['one in another header', { 'x-other-key': 'k'.repeat(48) }],
  ])('%s', (_, headers) => {
    expect(isCounted(undefined, headers)).toBe(true);
  });
});

test('The rate rule counts all of them together, within what AWS WAF takes', () => {
  const rate = rateRuleOf();
  expect(rate).toMatchObject({ Limit: 1000, AggregateKeyType: 'CONSTANT' });
  expect([60, 120, 300, 600]).toContain(rate.EvaluationWindowSec);
  expect(rateRuleOf('the lowest rate').Limit).toBe(10);
});

describe('The first rule', () => {
  const refuses = (request: Partial<Request>) =>
    matches(rulesOf()[0]?.Statement ?? {}, { ...action({}), ...request });

  test.each<[name: string, request: Partial<Request>, refused: boolean]>([
    ['lets a call of the action through', {}, false],
    ['refuses another method', { method: 'GET' }, true],
    ['refuses another path', { path: '/' }, true],
    ['refuses a path below the action', { path: '/pre-issue-access-token/x' }, true],
    [
      'refuses the health check of the load balancer from outside',
      { method: 'GET', path: '/readyz' },
      true,
    ],
  ])('%s', (_, request, refused) => {
    expect(refuses(request)).toBe(refused);
  });
});
