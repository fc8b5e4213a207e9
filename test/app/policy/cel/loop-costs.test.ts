import { mistakesIn, policyOf, rule } from '../../../support/policy.ts';

const mistakes = (when: string) =>
  mistakesIn(policyOf(rule('one', when, '{ deny: No }'), 'lists: { known: [a, b] }'));

const ADVICE =
  'has no bounded cost in a loop; evaluate it once outside the loop, as in cel.bind(all, token.scopes + ["x"], request.scopes.all(scope, scope in all))';

describe('a loop in which each turn can take as long as the request is long is a mistake', () => {
  test.each<[string, string, string]>([
    [
      'a loop over the request in one over the request',
      'token.scopes.exists(a, request.scopes.exists(b, a == b))',
      'request.scopes.exists',
    ],
    [
      'one over a claim',
      'token.scopes.all(a, token.claims["groups"].exists_one(b, a == b))',
      'token.claims["groups"].exists_one',
    ],
    [
      'one over a list that is made first',
      'token.scopes.filter(a, request.scopes.map(b, b).size() > 1).size() > 0',
      'request.scopes.map',
    ],
    [
      'one over an outer element',
      'token.claims.x.exists(a, a.y.exists(b, a.z.exists(c, c == b)))',
      'a.z.exists',
    ],
    [
      'one over a bound list',
      'cel.bind(r, request.scopes, token.scopes.exists(a, r.exists(b, a == b)))',
      'r.exists',
    ],
    [
      'one over a list that is chosen',
      'token.scopes.exists(a, (a == "x" ? request.scopes : ["y"]).exists(b, a == b))',
      '(…).exists',
    ],
    [
      'a list put together',
      'request.scopes.all(a, a in token.scopes + ["openid"])',
      'token.scopes + …',
    ],
    [
      'a list of unknown type put together',
      'request.scopes.all(a, a in token.claims.x + token.claims.y)',
      'token.claims.x + …',
    ],
    [
      'lists compared',
      'token.scopes.exists(a, token.scopes == request.scopes)',
      'token.scopes == …',
    ],
    ['a text searched', 'token.scopes.exists(a, user.id.contains(a))', 'user.id.contains'],
    [
      'a text matched',
      'token.scopes.exists(a, request.headers["user-agent"].matches("x"))',
      'request.headers["user-agent"].matches',
    ],
    ['a text split', 'token.scopes.exists(a, a in user.id.split(","))', 'user.id.split'],
    [
      'a text put together and looked at',
      'request.scopes.exists(s, (request.client_id + s).startsWith("x"))',
      'request.client_id + …',
    ],
    [
      'a text put together for a header',
      'request.scopes.exists(s, request.headers[request.client_id + s] == s)',
      'request.client_id + …',
    ],
    [
      'long texts ordered',
      'request.scopes.exists(s, request.client_id < user.id)',
      'request.client_id < …',
    ],
    [
      'a text read as a number',
      'request.scopes.exists(s, double(request.client_id) == 3.0)',
      'double',
    ],
    [
      'objects looked for in a claim',
      'token.claims["a"].exists(g, {"k": g} in token.claims["b"])',
      '… in token.claims["b"]',
    ],
    ['a text measured', 'token.scopes.exists(a, size(user.id) > 3)', 'size'],
  ])('%s', (_, when, what) => {
    expect(mistakes(when)).toEqual([`policy.yaml:6: rule "one", when: ${what} ${ADVICE}.`]);
  });

  test('in a text as well', () => {
    const set = `{ claims: { set: { a: '\${request.scopes.filter(a, token.scopes.exists(b, a == b))}' } } }`;
    expect(mistakesIn(policyOf(rule('one', 'true', set)))).toEqual([
      expect.stringContaining('token.scopes.exists has no bounded cost'),
    ]);
  });
});

describe('a loop whose turns are short is none', () => {
  test.each<[string, string]>([
    ['an element compared', 'token.scopes.exists(a, a == "admin" || a.startsWith("internal_"))'],
    ['an element searched', 'token.scopes.exists(a, a.contains("admin") && a.size() > 3)'],
    ['an element among those of another list', 'request.scopes.all(a, a in token.scopes)'],
    ['an element among those of a claim', 'request.scopes.all(a, a in token.claims["groups"])'],
    ['something else of the request', 'token.scopes.exists(a, request.grant == "password")'],
    ['its beginning', 'token.scopes.exists(a, user.id.startsWith(a))'],
    ['how long another list is', 'token.scopes.exists(a, token.scopes.size() > 3)'],
    [
      'a loop over a list of the policy',
      'token.scopes.exists(a, lists.known.exists(b, a.contains(b)))',
    ],
    [
      'one over a list of the policy around it',
      'lists.known.exists(b, token.scopes.exists(a, a.contains(b)))',
    ],
    ['a loop over written texts', 'token.scopes.exists(a, ["x", "y"].exists(b, a.endsWith(b)))'],
    ['a loop over the element', 'token.claims.x.exists(a, a.y.exists(b, b == "z"))'],
    ['elements of unknown type', 'token.claims.x.exists(a, a == token.claims.y)'],
    [
      'a loop over parts of the element',
      'token.scopes.exists(a, a.split(":").exists(b, b == "z"))',
    ],
    ['two loops, one after the other', 'token.scopes.filter(a, a != "x").exists(b, b == "y")'],
    [
      'two loops beside each other',
      'token.scopes.exists(a, a == "x") && request.scopes.exists(a, a == "x")',
    ],
    [
      'the work done around it',
      'cel.bind(all, token.scopes + ["openid"], request.scopes.all(a, a in all))',
    ],
    ['an element put together with a text', 'token.scopes.exists(a, "x" + a == user.id)'],
  ])('%s', (_, when) => {
    expect(mistakes(when)).toEqual([]);
  });
});

test.each(['duration(request.params["x"])', 'duration(token.claims.x)', 'duration("1" + user.id)'])(
  'a duration must be written out: %s',
  (expression) => {
    const when = `now.timestamp + ${expression} > now.timestamp`;
    expect(mistakes(when)).toEqual([
      'policy.yaml:6: rule "one", when: duration expects a literal string, e.g. duration("90m").',
    ]);
    expect(mistakes(when.replace(expression, 'duration("90m")'))).toEqual([]);
  },
);
