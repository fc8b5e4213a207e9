import fc from 'fast-check';
import type { IssuedToken, ListForm } from '../../../app/tools/identity-server/index.ts';
import { decideOn, type Result, tokenBefore } from '../../support/decide.ts';
import {
  adds,
  type ExpectedEffects,
  expectedEffects,
  isListed,
} from '../../support/expected-verdict.ts';
import {
  type Condition,
  type GeneratedPolicy,
  generatedPolicy,
} from '../../support/generated-policies.ts';
import { type GeneratedRequest, generatedRequest } from '../../support/generated-requests.ts';
import { policyOf } from '../../support/policies.ts';
import { schemaErrors } from '../../support/safe-profile.ts';

const CONDITIONS: Record<Condition, string | boolean> = {
  matches: true,
  'does not match': 'request.client_id == "nobody"',
  fails: 'token.claims["sub"] > 3',
  'unknown reputation': 'abuse.score >= 25',
  'unknown anonymizer': 'anonymizer.vpn',
  'absent feed': '!address.within("lost")',
  'expired feed': 'address.within("old")',
  'absent and expired feed': 'address.within("old") || address.within("lost")',
};

interface Run extends Result {
  readonly request: GeneratedRequest;
  readonly before: IssuedToken;
  readonly expected: readonly ExpectedEffects[];
  /** The issued token; `undefined` if it is refused. */
  readonly token: IssuedToken | undefined;
}

async function run(
  request: GeneratedRequest,
  policy: GeneratedPolicy,
  listForm: ListForm,
): Promise<Run> {
  const rules = policy.rules.map(({ condition, ...rule }) => ({
    ...rule,
    when: CONDITIONS[condition],
  }));
  const compiled = policyOf(rules, {
    unenforceable: policy.unenforceable,
    feeds: ['old', 'lost'],
    unknown: {
      address: 'ignore',
      anonymizer: policy.unknown.anonymizer,
      feeds: { absent: policy.unknown['feeds.absent'], expired: policy.unknown['feeds.expired'] },
      reputation: policy.unknown.reputation,
    },
  });
  const body = JSON.stringify(request);
  const decided = await decideOn(body, compiled, {
    anonymizer: { vpn: 'absent' },
    feeds: { old: 'expired', lost: 'absent' },
    reputation: 'timeout',
    listForm,
  });
  const { outcome } = decided;
  return {
    ...decided,
    request,
    before: tokenBefore(body),
    expected: expectedEffects(policy),
    token: outcome.kind === 'token' ? outcome.token : undefined,
  };
}

const listForm = fc.constantFrom<ListForm>('strings', 'array', 'list');

/** Decisions by what they were made on. All properties get the same cases, and each case is decided once. */
const runs = new Map<string, Promise<Run>>();
const seed = Math.floor(Math.random() * 2 ** 31);

/** Checks a property for generated requests and policies. A failure shows both, and the seed. */
function forAll(check: (run: Run) => void): Promise<void> {
  return fc.assert(
    fc.asyncProperty(generatedRequest, generatedPolicy, listForm, async (...given) => {
      const key = JSON.stringify(given);
      const decided = runs.get(key) ?? run(...given);
      runs.set(key, decided);
      check(await decided);
    }),
    { numRuns: 400, seed },
  );
}

describe('for any request and any policy', () => {
  test('the identity server applies every operation of the response', () =>
    forAll(({ response, outcome }) => {
      expect(schemaErrors(response)).toEqual([]);
      expect(['token', 'refused']).toContain(outcome.kind);
      if (outcome.kind === 'token') expect(outcome.dropped).toEqual([]);
    }));

  test('the rules that apply are those of the policy, in its order', () =>
    forAll(({ event, expected }) => {
      expect(event.decision.matched).toEqual(expected.map(({ id }) => id));
    }));

  test('a refusal never becomes a token', () =>
    forAll(({ outcome, event, expected }) => {
      const isUnenforceable = event.decision.unenforceable.some(({ rule }) =>
        expected.some(({ id, unenforceable }) => id === rule && unenforceable === 'deny'),
      );
      const refused = isUnenforceable || expected.some(({ effects }) => effects.deny !== undefined);
      expect(event.decision.outcome === 'refuse').toBe(refused);
      expect(outcome).toMatchObject(refused ? { kind: 'refused', status: 400 } : { kind: 'token' });
    }));

  test('no lifetime is lengthened', () =>
    forAll(({ request, before, token }) => {
      const { accessToken, refreshToken } = request.event;
      if (token === undefined) return;
      expect(lifetimeAfter(token.expiresIn, accessToken.claims)).toBeLessThanOrEqual(
        lifetimeAfter(undefined, accessToken.claims),
      );
      if (token.refreshToken === undefined) return;
      expect(before.refreshToken).toBeDefined();
      const claims = refreshToken?.claims ?? [];
      expect(lifetimeAfter(token.refreshToken.expiresIn, claims)).toBeLessThanOrEqual(
        lifetimeAfter(undefined, claims),
      );
    }));

  test('every restriction is applied or recorded as unenforceable', () =>
    forAll((run) => {
      const { token, expected, event } = run;
      if (token === undefined) return;
      for (const one of expected) {
        const broken = brokenRestrictions(one, token, run.request);
        const recorded = event.decision.unenforceable
          .filter(({ rule }) => rule === one.id)
          .map(({ effect }) => effect);
        expect(recorded).toEqual(expect.arrayContaining(broken));
      }
    }));

  test('no applied restriction is recorded as unenforceable', () =>
    forAll((run) => {
      const { token, expected, event, request } = run;
      if (token === undefined || !('organization' in request.event)) return;
      for (const { rule, effect } of event.decision.unenforceable) {
        if (/add|set/.test(effect)) continue;
        // A claim that cannot be removed may be set to an empty value, and then gives nothing away either.
        const sets = expected.flatMap(({ effects }) => Object.values(effects.claims?.set ?? {}));
        if (effect === 'claims.remove' && sets.some(isEmpty)) continue;
        // A signal with two causes has two entries of the same name.
        const entries = expected.filter(({ id }) => id === rule);
        const broken = entries.flatMap((one) => brokenRestrictions(one, token, request));
        expect(broken).toContain(effect);
      }
    }));

  test('the token gains only what a rule adds', () =>
    forAll(({ token, before, expected }) => {
      if (token === undefined) return;
      const adding = expected.filter(({ onlyRestricts }) => !onlyRestricts);
      const scopes = adding.flatMap(({ effects }) => effects.scopes?.add ?? []);
      const audience = adding.flatMap(({ effects }) => effects.audience?.add ?? []);
      const set = adding.flatMap(({ effects }) => Object.keys(effects.claims?.set ?? {}));
      expect([...before.scopes, ...scopes]).toEqual(expect.arrayContaining(token.scopes));
      expect([before.audience ?? [], audience].flat()).toEqual(
        expect.arrayContaining([token.audience ?? []].flat()),
      );
      for (const [name, value] of Object.entries(token.claims)) {
        if (set.includes(name) || name === 'aud' || name === 'expires_in') continue;
        expect(value).toEqual(before.claims[name]);
      }
    }));

  test('the token loses only what a rule removes', () =>
    forAll(({ token, before, expected }) => {
      if (token === undefined) return;
      const isRemoved = (list: 'scopes' | 'audience' | 'claims', name: string) =>
        expected.some(({ effects }) => isListed(name, effects[list]?.remove ?? []));
      for (const scope of before.scopes) {
        if (!isRemoved('scopes', scope))
          expect(count(token.scopes, scope)).toBe(count(before.scopes, scope));
      }
      for (const one of [before.audience ?? []].flat()) {
        if (!isRemoved('audience', one)) expect(token.audience).toContain(one);
      }
      for (const name of Object.keys(before.claims)) {
        if (!isRemoved('claims', name)) expect(Object.keys(token.claims)).toContain(name);
      }
      if (!expected.some(({ effects }) => effects.refresh_token?.drop)) {
        expect(token.refreshToken === undefined).toBe(before.refreshToken === undefined);
      }
      if (!expected.some(({ effects }) => effects.lifetime)) {
        expect(token.expiresIn).toBe(before.expiresIn);
      }
    }));

  test('what a rule sets or adds is in the token or recorded as skipped', () =>
    forAll(({ token, expected, event }) => {
      if (token === undefined) return;
      const wanted = new Map<string, readonly [string, unknown]>();
      for (const { id, effects, onlyRestricts } of expected) {
        if (onlyRestricts) continue;
        const recorded = (effect: string) =>
          event.decision.skipped.some((other) => other.rule === id && other.effect === effect);
        if (!recorded('scopes.add')) {
          expect(token.scopes).toEqual(expect.arrayContaining([...(effects.scopes?.add ?? [])]));
        }
        if (!recorded('audience.add')) {
          for (const one of effects.audience?.add ?? []) expect(token.audience).toContain(one);
        }
        for (const [name, value] of Object.entries(effects.claims?.set ?? {})) {
          wanted.set(name, [id, value]);
        }
      }
      const skipped = event.decision.skipped.filter(({ effect }) => effect === 'claims.set');
      for (const [name, [id, value]] of wanted) {
        if (skipped.some(({ rule }) => rule === id)) continue;
        // An empty claim comes without its value, so that nobody knows whether it is a string or a list.
        if (isEmpty(value) && isEmpty(token.claims[name])) continue;
        // JSON has no -0.
        expect(token.claims[name]).toEqual(JSON.parse(JSON.stringify(value)));
      }
    }));

  test('a rule with unenforceable: deny has all its effects, unless another rule removes what it adds', () =>
    forAll(({ token, expected, event }) => {
      if (token === undefined) return;
      const insisting = expected
        .filter(({ requiresAdditions }) => requiresAdditions)
        .map(({ id }) => id);
      const missed = [...event.decision.skipped, ...event.decision.unenforceable].filter(
        ({ rule }) => insisting.includes(rule),
      );
      expect(missed.filter(({ cause }) => cause !== 'removed')).toEqual([]);
      expect(
        expected.filter((one) => one.requiresAdditions && one.onlyRestricts && adds(one.effects)),
      ).toEqual([]);
    }));
});

/** Seconds; a lifetime that the request does not give as a positive number has no end. */
function lifetimeAfter(
  set: number | undefined,
  claims: readonly { readonly name: string; readonly value?: unknown }[],
): number {
  const seconds = Number(set ?? claims.find(({ name }) => name === 'expires_in')?.value);
  return seconds > 0 ? seconds : Number.POSITIVE_INFINITY;
}

const OWN = new Set(['iss', 'client_id', 'aut', 'expires_in', 'aud', 'sub']);
const USER_GRANTS = new Set(['authorization_code', 'password', 'refresh_token']);

/** Names of the restrictions of a rule that the token does not keep. */
function brokenRestrictions(
  { effects }: ExpectedEffects,
  token: IssuedToken,
  { event }: GeneratedRequest,
): string[] {
  const { lifetime, refresh_token, scopes, audience, claims } = effects;
  const broken: string[] = [];
  const check = (name: string, kept: boolean) => {
    if (!kept) broken.push(name);
  };
  check(
    'lifetime',
    lifetimeAfter(token.expiresIn, event.accessToken.claims) <= (lifetime ?? Infinity),
  );
  // Contract v1.0 does not show the refresh token that goes with these grants.
  const hidden = event.organization === undefined && USER_GRANTS.has(event.request.grantType);
  const shown = token.refreshToken ?? (hidden ? { expiresIn: undefined } : undefined);
  const refresh = shown ?? token.hiddenRefreshToken;
  if (refresh !== undefined && refresh_token !== undefined) {
    const seconds = lifetimeAfter(refresh.expiresIn, event.refreshToken?.claims ?? []);
    check('refresh_token.lifetime', seconds <= (refresh_token.lifetime ?? Infinity));
    check('refresh_token.drop', refresh_token.drop !== true || shown === undefined);
  }
  check('scopes.remove', !token.scopes.some((scope) => isListed(scope, scopes?.remove ?? [])));
  check(
    'audience.remove',
    ![token.audience ?? []].flat().some((one) => isListed(one, audience?.remove ?? [])),
  );
  // An empty claim gives nothing away where it cannot be removed.
  const held = Object.entries(token.claims).filter(
    ([name, value]) => !OWN.has(name) && !isEmpty(value),
  );
  check('claims.remove', !held.some(([name]) => isListed(name, claims?.remove ?? [])));
  return broken;
}

function count(list: readonly string[], text: string): number {
  return list.filter((element) => element === text).length;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}
