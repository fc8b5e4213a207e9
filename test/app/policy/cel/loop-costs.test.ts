import { issuesIn, policyText, rule } from '../../../support/policies.ts';

const issuesOf = (when: string) =>
  issuesIn(policyText(rule('one', when, '{ deny: No }'), 'lists: { known: [a, b] }'));

const REASON_AND_REMEDY =
  'has no bounded cost in a loop; evaluate it once outside the loop, as in cel.bind(all, token.scopes + ["x"], request.scopes.all(scope, scope in all))';

describe('reports a loop in which the cost of an iteration grows with the request', () => {
  test.each<[string, string, string]>([
    [
      'a loop over the request in one over the request',
      'token.scopes.exists(a, request.scopes.exists(b, a == b))',
      'request.scopes.exists',
    ],
    [
      'a loop over a claim in one over the request',
      'token.scopes.all(a, token.claims["groups"].exists_one(b, a == b))',
      'token.claims["groups"].exists_one',
    ],
    [
      'a loop over a computed list',
      'token.scopes.filter(a, request.scopes.map(b, b).size() > 1).size() > 0',
      'request.scopes.map',
    ],
    [
      'a loop over a field of an outer element',
      'token.claims.x.exists(a, a.y.exists(b, a.z.exists(c, c == b)))',
      'a.z.exists',
    ],
    [
      'a loop over a variable of cel.bind',
      'cel.bind(r, request.scopes, token.scopes.exists(a, r.exists(b, a == b)))',
      'r.exists',
    ],
    [
      'a loop over a conditional list',
      'token.scopes.exists(a, (a == "x" ? request.scopes : ["y"]).exists(b, a == b))',
      '(…).exists',
    ],
    [
      'concatenated lists',
      'request.scopes.all(a, a in token.scopes + ["openid"])',
      'token.scopes + …',
    ],
    [
      'concatenated claims',
      'request.scopes.all(a, a in token.claims.x + token.claims.y)',
      'token.claims.x + …',
    ],
    [
      'compared lists',
      'token.scopes.exists(a, token.scopes == request.scopes)',
      'token.scopes == …',
    ],
    ['a searched string', 'token.scopes.exists(a, user.id.contains(a))', 'user.id.contains'],
    [
      'a matched string',
      'token.scopes.exists(a, request.headers["user-agent"].matches("x"))',
      'request.headers["user-agent"].matches',
    ],
    ['a split string', 'token.scopes.exists(a, a in user.id.split(","))', 'user.id.split'],
    [
      'a concatenated string',
      'request.scopes.exists(s, (request.client_id + s).startsWith("x"))',
      'request.client_id + …',
    ],
    [
      'a concatenated header name',
      'request.scopes.exists(s, request.headers[request.client_id + s] == s)',
      'request.client_id + …',
    ],
    [
      'an order of long strings',
      'request.scopes.exists(s, request.client_id < user.id)',
      'request.client_id < …',
    ],
    ['a converted string', 'request.scopes.exists(s, double(request.client_id) == 3.0)', 'double'],
    [
      'an object in a claim',
      'token.claims["a"].exists(g, {"k": g} in token.claims["b"])',
      '… in token.claims["b"]',
    ],
    ['the size of a string', 'token.scopes.exists(a, size(user.id) > 3)', 'size'],
  ])('%s', (_, when, operation) => {
    expect(issuesOf(when)).toEqual([
      `policy.yaml:6: rule "one", when: ${operation} ${REASON_AND_REMEDY}.`,
    ]);
  });

  test('also in a text', () => {
    const set = `{ claims: { set: { a: '\${request.scopes.filter(a, token.scopes.exists(b, a == b))}' } } }`;
    expect(issuesIn(policyText(rule('one', 'true', set)))).toEqual([
      expect.stringContaining('token.scopes.exists has no bounded cost'),
    ]);
  });
});

describe('accepts a loop with short iterations', () => {
  test.each<[string, string]>([
    [
      'a comparison of the element',
      'token.scopes.exists(a, a == "admin" || a.startsWith("internal_"))',
    ],
    ['a search in the element', 'token.scopes.exists(a, a.contains("admin") && a.size() > 3)'],
    ['membership in another list', 'request.scopes.all(a, a in token.scopes)'],
    ['membership in a claim', 'request.scopes.all(a, a in token.claims["groups"])'],
    ['another value of the request', 'token.scopes.exists(a, request.grant == "password")'],
    ['the beginning of another value', 'token.scopes.exists(a, user.id.startsWith(a))'],
    ['the size of another list', 'token.scopes.exists(a, token.scopes.size() > 3)'],
    [
      'a loop over a list of the policy',
      'token.scopes.exists(a, lists.known.exists(b, a.contains(b)))',
    ],
    [
      'an outer loop over a list of the policy',
      'lists.known.exists(b, token.scopes.exists(a, a.contains(b)))',
    ],
    ['a loop over literals', 'token.scopes.exists(a, ["x", "y"].exists(b, a.endsWith(b)))'],
    ['a loop over the element', 'token.claims.x.exists(a, a.y.exists(b, b == "z"))'],
    ['a comparison of the element with a claim', 'token.claims.x.exists(a, a == token.claims.y)'],
    [
      'a loop over parts of the element',
      'token.scopes.exists(a, a.split(":").exists(b, b == "z"))',
    ],
    ['two loops in sequence', 'token.scopes.filter(a, a != "x").exists(b, b == "y")'],
    [
      'two loops side by side',
      'token.scopes.exists(a, a == "x") && request.scopes.exists(a, a == "x")',
    ],
    [
      'a concatenation outside the loop',
      'cel.bind(all, token.scopes + ["openid"], request.scopes.all(a, a in all))',
    ],
    ['a concatenation of the element', 'token.scopes.exists(a, "x" + a == user.id)'],
  ])('%s', (_, when) => {
    expect(issuesOf(when)).toEqual([]);
  });
});

test.each(['duration(request.params["x"])', 'duration(token.claims.x)', 'duration("1" + user.id)'])(
  'requires a literal duration: %s',
  (expression) => {
    const when = `now.timestamp + ${expression} > now.timestamp`;
    expect(issuesOf(when)).toEqual([
      'policy.yaml:6: rule "one", when: duration expects a literal string, e.g. duration("90m").',
    ]);
    expect(issuesOf(when.replace(expression, 'duration("90m")'))).toEqual([]);
  },
);
