import { compile, policyText } from '../../../support/policies.ts';

interface Names {
  readonly headers?: string[];
  readonly params?: string[];
  readonly computed?: string[];
}

function namesOf(rule: string): Names {
  const { requestNames } = compile(policyText(`  - ${rule}`));
  const sets = Object.entries(requestNames).filter(([, names]) => names.size > 0);
  return Object.fromEntries(sets.map(([key, names]) => [key, [...names]]));
}

const namesIn = (condition: string) =>
  namesOf(`{ id: any, when: '${condition}', then: { lifetime: 5m } }`);

test.each<[string, Names]>([
  ['now.hour > 8', {}],
  ['request.grant == "password" && "a" in request.scopes', {}],
  ['request.headers["X-Tier"] == "gold"', { headers: ['x-tier'] }],
  ['request.headers.tier == "gold"', { headers: ['tier'] }],
  ['request["headers"]["x-tier"] == "gold"', { headers: ['x-tier'] }],
  ['request.params["Device"] == "a" || request.params.os == "b"', { params: ['Device', 'os'] }],
  ['"x-tier" in request.headers', { headers: ['x-tier'] }],
  ['request.headers["x-" + "tier"] == "gold"', { headers: ['x-tier'] }],
  ['["x-a", "x-b"].exists(name, request.headers[name] == "1")', { headers: ['x-a', 'x-b'] }],
  ['cel.bind(h, request.headers, h["x-a"] == "1" && h["x-b"] == "2")', { headers: ['x-a', 'x-b'] }],
  ['cel.bind(r, request, r.headers["x-a"] == r.params["p"])', { headers: ['x-a'], params: ['p'] }],
  ['cel.bind(name, "x-a", request.headers[name] == "1")', { headers: ['x-a'] }],
  ['request.headers[request.params["name"]] == "1"', { params: ['name'], computed: ['headers'] }],
  [
    '(now.hour > 8 ? request.headers : request.params)["x-a"] == "1"',
    { computed: ['headers', 'params'] },
  ],
  ['["x-a"].exists(request, request == "x-a")', {}],
])('%s reads %j', (condition, names) => {
  expect(namesIn(condition)).toEqual(names);
});

test('texts, claims and entries of unknown count as well', () => {
  const rule = `{ id: any, when: 'geo.country == "KP"', then: { claims: { set: { tier: "\${request.headers['X-Tier']}" } } } }`;
  const unknown = `unknown:
  address: { deny: "No address: \${request.params.device}" }
  geo: { lifetime: 5m }`;
  const { requestNames } = compile(policyText(`  - ${rule}`, unknown));
  expect([...requestNames.headers]).toEqual(['x-tier']);
  expect([...requestNames.params]).toEqual(['device']);
});
