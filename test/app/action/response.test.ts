import fc from 'fast-check';
import { hasOnlyAllowedCharacters, toAllowedText } from '../../../app/src/action/characters.ts';
import { isAddressableClaim, isReservedClaim } from '../../../app/src/action/claims.ts';
import {
  errorBody,
  FORBIDDEN_REASONS,
  failedBody,
  successBody,
} from '../../../app/src/action/response.ts';
import { applyResponse } from '../../../app/tools/identity-server/index.ts';
import { payload } from '../../support/payloads.ts';
import { schemaErrors } from '../../support/safe-profile.ts';

const REQUEST = payload('03');

function outcomeOf(body: string, status = 200) {
  return applyResponse(REQUEST, { status, contentType: 'application/json', body });
}

/** Any string, including lone surrogates and very long ones. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 400 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom('', ' ', 'ﷺ'.repeat(300), '\ud83d'.repeat(301), `${'a'.repeat(299)}😀`, 'é,/"%'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }).map((text) => text.repeat(100_000)),
);

describe('successBody', () => {
  test('without operations issues the token', () => {
    expect(JSON.parse(successBody([]))).toEqual({ actionStatus: 'SUCCESS' });
    expect(outcomeOf(successBody([])).kind).toBe('token');
  });

  test('keeps the values of claims unchanged, including Unicode', () => {
    const values = ['Düsseldorf, "x"', '\u2028\u0000', '😀', 4.5, -3, true, ['a', 'b/c'], []];
    const body = successBody(
      values.map((value, index) => ({
        op: 'add',
        path: '/accessToken/claims/-',
        value: { name: `c${index}`, value },
      })),
    );
    expect(schemaErrors(JSON.parse(body))).toEqual([]);
    const outcome = outcomeOf(body);
    expect(outcome).toMatchObject({ kind: 'token', dropped: [] });
    expect(outcome).toMatchObject({
      token: { claims: Object.fromEntries(values.map((value, index) => [`c${index}`, value])) },
    });
  });
});

describe('failedBody', () => {
  test.each<[string, string, string, string]>([
    ['unchanged', 'access_denied', "It's (not) [ok]: no; why? no! x_y-z.", ''],
    ['without a comma', 'access_denied', 'Blocked, sorry', 'Blocked- sorry'],
    ['without accents', 'access_denied', 'Zürich Łódź', 'Zurich -odz'],
    ['without quotes and slashes', 'access_denied', '"a/b\\c" 5% =@+', '-a-b-c- 5- ---'],
    ['on one line', 'access_denied', 'a\r\n\tb', 'a---b'],
    ['without letters of other scripts', 'access_denied', 'КНДР', '----'],
    ['without lone surrogates', 'access_denied', 'x\ud83d', 'x-'],
    ['with a default description', 'access_denied', '', 'Access is denied.'],
  ])('reaches the client %s', (_, reason, description, expected) => {
    expect(outcomeOf(failedBody(reason, description))).toEqual({
      kind: 'refused',
      status: 400,
      error: reason,
      errorDescription: expected || description,
    });
  });

  test('is a refusal with any description', () => {
    fc.assert(
      fc.property(anyText, (description) => {
        const body = failedBody('access_denied', description);
        expect(schemaErrors(JSON.parse(body))).toEqual([]);
        expect(outcomeOf(body)).toMatchObject({ kind: 'refused', status: 400 });
      }),
      { numRuns: 500 },
    );
  });

  test.each(['server_error', 'internal_server_error', '500', 'invalid_client', 'sql_error'])(
    'must not use the reason %s, which the client does not get as a 400',
    (reason) => {
      const outcome = outcomeOf(failedBody(reason, 'Refused.'));
      expect(outcome).not.toMatchObject({ kind: 'refused', status: 400 });
      expect(FORBIDDEN_REASONS.has(reason)).toBe(true);
    },
  );
});

describe('errorBody', () => {
  test.each([400, 401, 500])('with status %i is read and not retried', (status) => {
    fc.assert(
      fc.property(anyText, (description) => {
        const body = errorBody('bad_request', description);
        expect(schemaErrors(JSON.parse(body))).toEqual([]);
        expect(outcomeOf(body, status)).toMatchObject({
          kind: 'server-error',
          retried: false,
          why: 'the endpoint reported an ERROR',
        });
      }),
      { numRuns: 100 },
    );
  });
});

describe('toAllowedText', () => {
  test('changes a text only where necessary', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 300 }), (text, length) => {
        const reduced = toAllowedText(text, length);
        expect(hasOnlyAllowedCharacters(reduced)).toBe(true);
        expect(reduced.length).toBeLessThanOrEqual(length);
        if (hasOnlyAllowedCharacters(text)) expect(reduced).toBe(text.slice(0, length));
      }),
      { numRuns: 500 },
    );
  });

  test('allows no character that the identity server rejects', () => {
    for (let unit = 0; unit <= 0xffff; unit++) {
      const character = String.fromCharCode(unit);
      if (!hasOnlyAllowedCharacters(character)) continue;
      const response = {
        actionStatus: 'FAILED',
        failureReason: 'x',
        failureDescription: character,
      };
      expect(schemaErrors(response)).toEqual([]);
    }
  });
});

describe('isAddressableClaim', () => {
  test.each<[string, boolean]>([
    ['email', true],
    ['risk_band', true],
    ['a-b', true],
    ['-a', true],
    ['5a', true],
    ['Audit', true],
    ['é', true],
    ['__proto__', true],
    ['', false],
    ['-', true],
    ['--', true],
    ['5', false],
    ['-5', false],
    ['+5', false],
    ['٥', false],
    ['007', false],
    ['audit_level', false],
    ['aud', false],
    ['a/b', false],
    ['a*', false],
    ['http://wso2.org/claims/role', false],
  ])('%j: %p', (name, expected) => {
    expect(isAddressableClaim(name)).toBe(expected);
  });

  test.each([
    ...['sub', 'iss', 'aud', 'client_id', 'aut', 'expires_in', 'binding_ref', 'binding_type'],
    ...['subject_type', 'iat', 'exp', 'nbf', 'jti', 'azp', 'cnf', 'act', 'may_act'],
    ...['app_tenant_domain', 'org_id', 'org_name', 'scope', 'Scope', 'SCOPE', '\u017fcope'],
    ...['app_td', 'user_td', 'entity_id', 'entityType', 'token_id', 'grantType'],
    ...['is_consented', 'is_federated', 'accessing_organization'],
  ])('%s belongs to the token itself', (name) => {
    expect(isReservedClaim(name)).toBe(true);
  });

  test.each(['scopes', 'email', 'Sub', 'EXP', 'organization'])('%s does not', (name) => {
    expect(isReservedClaim(name)).toBe(false);
  });
});
