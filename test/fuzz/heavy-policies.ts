import type { Policy } from '../../app/src/policy/policy.ts';
import { policyOf } from '../support/policies.ts';
import { POLICIES } from './policies.ts';

/** Conditions that fail on each element of a list with elements of another type. */
const FAILING_CONDITIONS = [
  'token.claims["groups"].exists(group, group.startsWith("admin"))',
  'token.claims["groups"].exists(group, group > 30000000)',
];

/** Plausible conditions that cost more than a comparison. */
const CONDITIONS = [
  ...FAILING_CONDITIONS,
  'request.scopes.all(scope, scope in token.scopes)',
  'cel.bind(all, token.scopes + ["openid"], request.scopes.all(scope, scope in all))',
  'request.scopes.exists(scope, scope in token.claims["groups"])',
  'token.claims["groups"].all(group, group in token.claims["groups"])',
  'token.claims["groups"].exists_one(group, group.matches("^app-[a-z0-9]+-admin$"))',
  'token.scopes.filter(scope, scope.startsWith("q")).map(scope, scope + "x").size() > 0',
  'token.scopes.all(scope, token.audience.size() < 3 && scope.split(":").size() > 0)',
  'token.audience == token.scopes || token.claims["all"] == token.claims["groups"]',
  'token.claims["email"].matches("([a-z]+[.])+@") || user.id.matches("(admin|root).{0,8}x$")',
  'request.headers["user-agent"].contains("bot") || request.params["x"].lowerAscii() == "x"',
  'size(request.client_id) > 3 && request.client_id.split("a").size() > 3',
  'request.params["x"].split(",").exists(part, part.lowerAscii() == "x" || int(part) > 3)',
  'request.params["x"].split(",").map(part, part + "x").join(",").contains(request.params["x"])',
  'request.headers["x"].contains(request.params["x"]) || request.params["x"].lastIndexOf(user.id) > 3',
  'token.claims["groups"].exists(group, group == 1) || "x" in token.claims["groups"]',
];

/** The names of the policies with these conditions. */
export const FAILING_POLICIES: ReadonlySet<string> = new Set(FAILING_CONDITIONS);

/** Policies by name, which for a single condition is the condition. */
export const HEAVY_POLICIES: readonly (readonly [string, Policy])[] = [
  ...POLICIES.map((policy, index) => [`policy ${index} of the fuzzers`, policy] as const),
  ...CONDITIONS.map((when) => [when, restricting(when)] as const),
];

function restricting(when: string): Policy {
  return policyOf([{ id: 'heavy', when, effects: { lifetime: 60 } }], { unknown: {} });
}
