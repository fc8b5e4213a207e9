import { applyResponse } from '../../../../app/tools/identity-server/index.ts';
import { issued, M2M, outcomeOf, outcomeOfOperations, payload, USER } from './harness.ts';

const SUCCESS = '{"actionStatus":"SUCCESS"}';
const FAILED = '{"actionStatus":"FAILED","failureReason":"r","failureDescription":"d"}';
const ERROR = '{"actionStatus":"ERROR","errorMessage":"m","errorDescription":"d"}';
const JSON_TYPE = 'application/json';

describe('HTTP status and body', () => {
  test.each([
    ['SUCCESS with 200', 200, SUCCESS, 'token', undefined],
    ['FAILED with 200', 200, FAILED, 'refused', undefined],
    ['ERROR with 200', 200, ERROR, 'server-error', false],
    ['INCOMPLETE with 200', 200, '{"actionStatus":"INCOMPLETE"}', 'server-error', false],
    ['ERROR with 400', 400, ERROR, 'server-error', false],
    ['ERROR with 401', 401, ERROR, 'server-error', false],
    ['ERROR with 500', 500, ERROR, 'server-error', false],
    ['FAILED with 400', 400, FAILED, 'server-error', false],
    ['SUCCESS with 400', 400, SUCCESS, 'server-error', false],
    ['401 with plain text', 401, 'Unauthorized', 'server-error', false],
    ['FAILED with 500', 500, FAILED, 'server-error', true],
    ['500 without a body', 500, '', 'server-error', true],
    ['500 with HTML', 500, '<html></html>', 'server-error', true],
    [
      'ERROR with 500 and an unknown field',
      500,
      `${ERROR.slice(0, -1)},"a":1}`,
      'server-error',
      true,
    ],
    ['ERROR with 502', 502, ERROR, 'server-error', true],
    ['SUCCESS with 503', 503, SUCCESS, 'server-error', true],
    ['504 without a body', 504, '', 'server-error', true],
    ['SUCCESS with 201', 201, SUCCESS, 'server-error', false],
    ['204 without a body', 204, '', 'server-error', false],
    ['a redirect', 302, '', 'server-error', false],
    ['FAILED with 403', 403, FAILED, 'server-error', false],
    ['404', 404, '', 'server-error', false],
    ['409', 409, '', 'server-error', false],
    ['429', 429, ERROR, 'server-error', false],
    ['501', 501, ERROR, 'server-error', false],
  ])('%s', (_, status, body, kind, retried) => {
    const outcome = applyResponse(payload(M2M), { status, contentType: JSON_TYPE, body });
    expect(outcome.kind).toBe(kind);
    expect('retried' in outcome ? outcome.retried : undefined).toBe(retried);
  });
});

describe('The content type', () => {
  test.each([
    ['application/json', 'token'],
    ['application/json; charset=utf-8', 'token'],
    ['application/json;charset=ISO-8859-1', 'token'],
    ['text/plain, application/json', 'token'],
    ['application/problem+json', 'server-error'],
    ['Application/JSON', 'server-error'],
    ['text/json', 'server-error'],
    ['text/html', 'server-error'],
    ['', 'server-error'],
    [undefined, 'server-error'],
  ])('%s results in a %s', (contentType, kind) => {
    const response = { status: 200, contentType, body: SUCCESS };
    expect(applyResponse(payload(M2M), response).kind).toBe(kind);
  });

  test('of a 500 determines whether its ERROR is read, and so whether it is retried', () => {
    const outcome = applyResponse(payload(M2M), {
      status: 500,
      contentType: 'text/plain',
      body: ERROR,
    });
    expect(outcome).toMatchObject({ kind: 'server-error', retried: true });
  });
});

describe('The parser rejects', () => {
  test.each([
    ['an empty body', ''],
    ['a byte order mark', `\uFEFF${SUCCESS}`],
    ['a list', `[${SUCCESS}]`],
    ['a string', '"SUCCESS"'],
    ['a status in lower case', '{"actionStatus":"success"}'],
    ['a missing status', '{}'],
    ['a null status', '{"actionStatus":null}'],
    [
      'an invalid status that is repeated as a valid one',
      '{"actionStatus":"ok","actionStatus":"SUCCESS"}',
    ],
    ['an unknown field', '{"actionStatus":"SUCCESS","requestId":"1"}'],
    ['a reason in a SUCCESS', '{"actionStatus":"SUCCESS","failureReason":"r"}'],
    ['the field data', '{"actionStatus":"SUCCESS","data":{}}'],
    ['operations that are null', '{"actionStatus":"SUCCESS","operations":null}'],
    ['operations that are an object', '{"actionStatus":"SUCCESS","operations":{}}'],
    ['operations in a FAILED', `${FAILED.slice(0, -1)},"operations":[]}`],
    ['an unknown field in a FAILED', `${FAILED.slice(0, -1)},"errorMessage":"m"}`],
  ])('%s', (_, body) => {
    expect(outcomeOf(payload(M2M), body)).toMatchObject({ kind: 'server-error', retried: false });
  });

  const path = '"path":"/accessToken/scopes/0"';
  test.each([
    ['null', 'null'],
    ['a string', '"remove"'],
    ['an op in upper case', `{"op":"REMOVE",${path}}`],
    ['an op move', `{"op":"move",${path}}`],
    ['an op test', `{"op":"test",${path},"value":1}`],
    ['an op copy', `{"op":"copy",${path}}`],
    ['an op that is a list', `{"op":["remove"],${path}}`],
    ['a missing path', '{"op":"remove"}'],
    ['a null path', '{"op":"remove","path":null}'],
    ['neither op nor path', '{}'],
    ['a path that is a number', '{"op":"remove","path":1}'],
    ['a path that is repeated as null', `{"op":"remove",${path},"path":null}`],
    ['a url', `{"op":"remove",${path},"url":"https://a.example"}`],
    ['a null url', `{"op":"remove","url":null,${path}}`],
    ['a url without an op', `{${path},"url":"https://a.example"}`],
    ['a from', `{"op":"remove",${path},"from":"/x"}`],
    ['a comment', `{"op":"remove",${path},"comment":"why"}`],
    ['an add without a value', '{"op":"add","path":"/accessToken/scopes/-"}'],
    ['an add of null', '{"op":"add","path":"/accessToken/claims/-","value":null}'],
    ['a replace without a value', '{"op":"replace","path":"/accessToken/claims/expires_in"}'],
    ['a replace by null', '{"op":"replace","path":"/accessToken/claims/expires_in","value":null}'],
  ])('the whole response for an operation with %s', (_, operation) => {
    const good = `{"op":"remove",${path}}`;
    expect(outcomeOfOperations(payload(M2M), [good, operation, good]).kind).toBe('server-error');
  });
});

describe('The parser accepts', () => {
  test.each([
    ['no operations', SUCCESS],
    ['an empty list of operations', '{"actionStatus":"SUCCESS","operations":[]}'],
    ['text after the body', `${SUCCESS}\n<!-- proxy -->`],
    [
      'a repeated field, of which the last counts',
      '{"actionStatus":"FAILED","actionStatus":"SUCCESS"}',
    ],
  ])('%s', (_, body) => {
    const outcome = issued(outcomeOf(payload(M2M), body));
    expect(outcome).toMatchObject({ applied: [], dropped: [], token: { expiresIn: 3600 } });
  });

  test.each([
    ['an absent op', '{"path":"/accessToken/scopes/0"}'],
    ['a null op', '{"op":null,"path":"/accessToken/scopes/0"}'],
    ['a redirect', '{"op":"redirect","path":"/accessToken/scopes/0","url":"https://a.example"}'],
  ])('an operation with %s, and drops it', (_, operation) => {
    const outcome = issued(outcomeOfOperations(payload(M2M), [operation]));
    expect(outcome.dropped).toHaveLength(1);
    expect(outcome.token.scopes).toHaveLength(4);
  });

  test('a repeated field of an operation, of which the last counts', () => {
    const operation =
      '{"op":"remove","path":"/accessToken/claims/locale","path":"/accessToken/claims/email"}';
    const { token } = issued(outcomeOfOperations(payload(USER), [operation]));
    expect(token.claims).toHaveProperty('locale');
    expect(token.claims).not.toHaveProperty('email');
  });
});

test('A request that is not a JSON object throws', () => {
  expect(() => outcomeOf('[]', SUCCESS)).toThrow('The action request must be a JSON object.');
});
