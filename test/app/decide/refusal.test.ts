import fc from 'fast-check';
import { compilePolicy } from '../../../app/src/policy/compile.ts';
import { decideOn } from '../../support/decide.ts';
import { PAYLOADS, payload } from '../../support/payloads.ts';
import { cel, policyOf, policyThat } from '../../support/policies.ts';
import { schemaErrors } from '../../support/safe-profile.ts';

describe('a refusal is a refusal for every request', () => {
  const policy = policyOf([
    { id: 'lax', effects: { lifetime: '15m', claims: { set: { seen: true } } } },
    { id: 'rule', effects: { deny: { reason: 'invalid_scope', description: "It's over." } } },
    { id: 'never', effects: { allow: true } },
  ]);

  test.each(PAYLOADS)('%s', async (name) => {
    const { outcome, response, event } = await decideOn(payload(name), policy);
    expect(outcome).toEqual({
      kind: 'refused',
      status: 400,
      error: 'invalid_scope',
      errorDescription: "It's over.",
    });
    expect(schemaErrors(response)).toEqual([]);
    expect(event.decision).toMatchObject({
      outcome: 'refuse',
      operations: [],
      matched: ['lax', 'rule'],
    });
  });
});

describe('an expression in a description', () => {
  test.each<[string, string, string]>([
    ['a country', `From ${cel('geo.country')}.`, 'From LK.'],
    ['numbers and booleans', `${cel('abuse.score')} ${cel('abuse.stale')}`, '42 false'],
    ['a fraction', cel('double(abuse.score) / 4.0'), '10.5'],
    ['an unsigned integer', cel('uint(7)'), '7'],
    ['a list', `Not ${cel('token.scopes')}!`, 'Not email groups openid profile roles!'],
    ['a time', cel('now.timestamp'), '2026-01-05T10:30:00.000Z'],
    ['a claim with an at sign', cel('token.claims["email"]'), 'dilini.perera-example.com'],
    ['an absent claim', `It is ${cel('token.claims["x"]')}.`, 'It is unknown.'],
    ['a claim that is an object', cel('token.claims["address"]'), 'unknown'],
    ['an unknown field', `AS ${cel('geo.asn')}`, 'AS unknown'],
    ['an expression that fails', cel('token.scopes[99]'), 'unknown'],
    ['an empty value', cel('request.headers["none"]'), 'Access is denied.'],
    ['spaces', cel('"   "'), 'Access is denied.'],
    ['a line break at the end', 'Access is blocked.\r\n', 'Access is blocked.'],
    ['an expression of several lines', '${geo.country // of the address\n + "!"}\n', 'LK!'],
  ])('%s', async (_, description, expected) => {
    const { outcome } = await decideOn(payload('03'), policyThat({ deny: description }), {
      reputation: 42,
    });
    expect(outcome).toMatchObject({ kind: 'refused', status: 400, errorDescription: expected });
  });

  test('an unknown signal does not prevent a refusal', async () => {
    const policy = policyThat({
      deny: `From ${cel('geo.country')} with ${cel('abuse.score')} at ${cel('address.value')}.`,
    });
    const { outcome } = await decideOn(payload('03'), policy, {
      address: 'malformed',
    });
    expect(outcome).toMatchObject({
      kind: 'refused',
      errorDescription: 'From unknown with unknown at unknown.',
    });
  });

  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 400 })
      .map((units) => String.fromCharCode(...units)),
    fc.constantFrom('ﷺ'.repeat(300), '\ud83d'.repeat(301), '\udc00', ' '.repeat(400), '\u0000'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }).map((text) => text.repeat(100_000)),
  );

  test('never turns a refusal into anything else', async () => {
    const header = cel('request.headers["x-note"]');
    const policies = [
      header,
      `Refused: ${header}`,
      `${header} and ${header}.`,
      `${'Long. '.repeat(49)}${header}`,
      cel('token.claims["note"]'),
      cel('request.params["note"] + request.headers["x-note"]'),
    ].map((deny) => policyThat({ deny }));
    await fc.assert(
      fc.asyncProperty(anyText, fc.constantFrom(...policies), async (text, policy) => {
        const request = JSON.parse(payload('03'));
        request.event.request.additionalHeaders = [{ name: 'X-Note', value: [text] }];
        request.event.request.additionalParams = [{ name: 'note', value: [text] }];
        request.event.accessToken.claims.push({ name: 'note', value: text });
        const { outcome, response } = await decideOn(JSON.stringify(request), policy);
        expect(schemaErrors(response)).toEqual([]);
        expect(outcome).toMatchObject({ kind: 'refused', status: 400, error: 'access_denied' });
      }),
      { numRuns: 300 },
    );
  });
});

test('a description and a reason may be YAML blocks', async () => {
  const policy = compilePolicy(
    `version: 1
rules:
  - id: rule
    when: true
    then:
      deny:
        reason: |
          invalid_scope
        description: >
          Access is blocked
          for now.
`,
    'policy.yaml',
  );
  const { outcome } = await decideOn(payload('03'), policy);
  expect(outcome).toMatchObject({
    error: 'invalid_scope',
    errorDescription: 'Access is blocked for now.',
  });
});
