import { decideBy, type Scenario } from '../../support/decide.ts';
import { requestWithClaims } from '../../support/payloads.ts';
import { policyText, rule } from '../../support/policies.ts';

const decide = (when: string, then: string, circumstances: Scenario = {}) =>
  decideBy(policyText(rule('odd', when, then)), { request: '03', ...circumstances });

/** In payload 03 the claim `email` is a string. */
const FAILS = 'token.claims.email > 3';

describe('a condition that fails counts against the client', () => {
  test.each<[string, string]>([
    ['a string is compared with a number', FAILS],
    ['a claim is absent', 'token.claims.level > 3'],
    ['a field of an absent claim', 'token.claims.device.trusted == true'],
    ['an absent field of a claim', 'token.claims.address.zip == "1"'],
    ['a list instead of a string', 'token.claims.groups.startsWith("x")'],
    ['a string equals a number', 'token.claims.email == 3'],
    ['a number in a list of strings', '3 in token.claims.groups'],
    ['a string that is not a number', 'int(request.client_id) > 3'],
    ['a division by zero', '1 / int(token.lifetime - 3600) == 1'],
    [
      'the other operand of && does not decide',
      `request.grant == "authorization_code" && ${FAILS}`,
    ],
    ['the other operand of || does not decide', `${FAILS} || request.grant == "password"`],
  ])('%s: the refusal applies and the failure is recorded', async (_, when) => {
    expect(await decide(when, '{ deny: No }')).toMatchObject({
      outcome: 'refuse',
      refusal: { description: 'No' },
      failed: ['odd'],
      unknown: [],
    });
  });

  test.each<[string, string]>([
    ['the other side of && is false', `${FAILS} && request.grant == "password"`],
    ['the guard of && is false', `"level" in token.claims && token.claims.level > 3`],
    ['an absent claim is compared with a string', 'token.claims.level == "high"'],
    ['a string is searched in an absent claim', '"x" in token.claims.level'],
    ['a string is searched in a list', '"x" in token.claims.groups'],
    ['the claim is optional', 'token.claims.?address.?zip.orValue("") == "1"'],
    ['a string is searched in a claim that is a string', '"x" in token.claims.email'],
  ])('it does not fail when %s', async (_, when) => {
    expect(await decide(when, '{ deny: No }')).toMatchObject({ outcome: 'issue', failed: [] });
  });

  test('it does not fail when the other side of || is true', async () => {
    const decision = await decide(
      `${FAILS} || request.grant == "authorization_code"`,
      '{ deny: No }',
    );
    expect(decision).toMatchObject({ outcome: 'refuse', matched: ['odd'], failed: [] });
  });

  test('restrictions apply', async () => {
    expect(await decide(FAILS, '{ lifetime: 5m, scopes: { remove: [email] } }')).toMatchObject({
      outcome: 'restrict',
      operations: [
        { op: 'replace', path: '/accessToken/claims/expires_in', value: 300 },
        { op: 'remove', path: '/accessToken/scopes/0' },
      ],
      failed: ['odd'],
    });
  });

  test('sets and adds do not apply, even together with a restriction', async () => {
    const effects =
      '{ lifetime: 5m, scopes: { add: [admin] }, audience: { add: [api] }, claims: { set: { risk: low } } }';
    expect(await decide(FAILS, effects)).toMatchObject({
      operations: [{ op: 'replace', path: '/accessToken/claims/expires_in', value: 300 }],
      skipped: [],
    });
  });

  test.each([
    ['an allow', '{ allow: true }'],
    ['an addition', '{ scopes: { add: [admin] } }'],
    ['a claim', '{ claims: { set: { risk: low } } }'],
  ])('%s does not apply', async (_, then) => {
    expect(await decide(FAILS, then)).toMatchObject({
      outcome: 'issue',
      operations: [],
      matched: [],
      failed: ['odd'],
    });
  });

  test('an allow does not end the evaluation', async () => {
    const rules =
      rule('odd', FAILS, '{ allow: true, lifetime: 5m }') + rule('next', true, '{ deny: Next }');
    expect(await decideBy(policyText(rules), { request: '03' })).toMatchObject({
      refusal: { description: 'Next' },
      failed: ['odd'],
    });
  });

  test('the text of the refusal still contains its signals', async () => {
    const decision = await decide(FAILS, `{ deny: "Not from \${geo.country}" }`, { geo: 'LK' });
    expect(decision.refusal?.description).toBe('Not from LK');
  });
});

describe('a failure in a condition on signals', () => {
  test('counts even if has() found a field absent', async () => {
    const when = `(!has(geo.city) || geo.city == "Colombo") && ${FAILS}`;
    expect(await decide(when, '{ deny: No }', { geo: 'LK' })).toMatchObject({
      outcome: 'refuse',
      failed: ['odd'],
    });
  });

  test('counts even if an unknown signal did not decide', async () => {
    const when = `(geo.country == "KP" || request.grant == "authorization_code") && ${FAILS}`;
    expect(await decide(when, '{ deny: No }', { geo: 'database' })).toMatchObject({
      outcome: 'refuse',
      failed: ['odd'],
    });
  });

  const MATCHES = 'request.grant == "authorization_code"';
  const NO_COUNTRY = { geo: 'database' };
  const NO_SCORE = { reputation: 'quota' };

  test.each<[string, Scenario]>([
    [`${FAILS} || geo.country == "KP"`, NO_COUNTRY],
    [`geo.country == "KP" || ${FAILS}`, NO_COUNTRY],
    [`${FAILS} && geo.country == "KP"`, NO_COUNTRY],
    [`geo.country == "KP" && ${FAILS}`, NO_COUNTRY],
    [`${FAILS} || geo.city == "Colombo"`, { geo: 'LK' }],
    [`geo.city == "Colombo" || ${FAILS}`, { geo: 'LK' }],
    [`${FAILS} || abuse.score >= 75`, NO_SCORE],
    [`${FAILS} || abuse.tor`, { reputation: 3 }],
    [`${FAILS} || address.public`, { address: 'missing' }],
    [`${FAILS} || geo.country == "KP" || abuse.score >= 75`, { ...NO_COUNTRY, ...NO_SCORE }],
    [`geo.country == "KP" || ${FAILS} || abuse.score >= 75`, { ...NO_COUNTRY, ...NO_SCORE }],
    [`request.grant == "x" || (${FAILS} || geo.country == "KP") && ${MATCHES}`, NO_COUNTRY],
    [`!(!(${FAILS}) && geo.country != "KP")`, NO_COUNTRY],
    [`[1, 2].exists(i, i == 1 ? ${FAILS} : geo.country == "KP")`, NO_COUNTRY],
    [`[1, 2].exists(i, i == 2 ? ${FAILS} : geo.country == "KP")`, NO_COUNTRY],
    [`![1, 2].all(i, i == 2 ? !(${FAILS}) : geo.country != "KP")`, NO_COUNTRY],
    [`[1, 2].exists(i, i == 2 ? ${FAILS} : geo.city == "Colombo")`, { geo: 'LK' }],
  ])('takes precedence over an unknown signal: %s with %j', async (when, circumstances) => {
    expect(await decide(when, '{ deny: No }', circumstances)).toMatchObject({
      outcome: 'refuse',
      refusal: { description: 'No' },
      failed: ['odd'],
    });
    expect(await decide(when, '{ allow: true }', circumstances)).toMatchObject({ matched: [] });
  });

  test.each<[string, Scenario, object]>([
    [`${FAILS} || geo.country == "LK"`, { geo: 'LK' }, { matched: ['odd'], failed: [] }],
    [`${FAILS} && geo.country == "KP"`, { geo: 'LK' }, { matched: [], failed: [] }],
    [`${FAILS} || abuse.score >= 75`, { reputation: 90 }, { matched: ['odd'], failed: [] }],
    [`${FAILS} || abuse.score >= 75`, { reputation: 3 }, { matched: [], failed: ['odd'] }],
  ])(
    'does not prevent a signal from being fetched: %s with %j',
    async (when, signals, expected) => {
      expect(await decide(when, '{ allow: true }', signals)).toMatchObject(expected);
    },
  );

  test("does not prevent the unknown signal's entry from applying", async () => {
    const rules = rule('odd', `geo.country == "KP" && ${FAILS}`, '{ allow: true }');
    const text = policyText(rules, 'unknown: { address: ignore, geo: { deny: Not known } }');
    expect(await decideBy(text, { request: '03', geo: 'database' })).toMatchObject({
      outcome: 'refuse',
      failed: ['odd'],
      matched: ['unknown.geo'],
      unknown: [{ signal: 'geo', cause: 'database', rule: 'odd' }],
    });
  });
});

test('a claim that is a number in one request may be a string in the next', async () => {
  const when = 'token.claims.level >= 3';
  const level = (value: unknown) =>
    decide(when, '{ lifetime: 5m }', { request: requestWithClaims({ level: value }) });
  expect(await level(3)).toMatchObject({ outcome: 'restrict', failed: [] });
  expect(await level(2.5)).toMatchObject({ outcome: 'issue', failed: [] });
  expect(await level('3')).toMatchObject({ outcome: 'restrict', failed: ['odd'] });
});
