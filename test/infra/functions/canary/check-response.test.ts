import { errorBody, failedBody, successBody } from '../../../../app/src/action/response.ts';
import {
  checkResponse,
  type ResponseVerdict,
} from '../../../../infra/functions/canary/check-response.ts';

const JSON_TYPE = 'application/json';
const failed = (fields: object) => JSON.stringify({ actionStatus: 'FAILED', ...fields });
const success = (operations: unknown) => JSON.stringify({ actionStatus: 'SUCCESS', operations });
const TEXTS = { failureReason: 'access_denied', failureDescription: 'Not from here.' };

describe('The canary reads a response as the identity server does:', () => {
  test.each<{ name: string; body: string; contentType?: string; verdict: ResponseVerdict }>([
    { name: 'an unchanged token', body: successBody([]), verdict: 'decision' },
    {
      name: 'a changed token',
      body: successBody([{ op: 'replace', path: '/accessToken/claims/expires_in', value: 300 }]),
      verdict: 'decision',
    },
    { name: 'a refusal', body: failedBody('access_denied', 'No, never.'), verdict: 'decision' },
    {
      name: 'a type with a character set',
      body: successBody([]),
      contentType: 'application/json; charset=utf-8',
      verdict: 'decision',
    },
    {
      name: 'another type',
      body: successBody([]),
      contentType: 'text/plain',
      verdict: 'invalid-response',
    },
    {
      name: 'the type in upper case',
      body: successBody([]),
      contentType: 'Application/JSON',
      verdict: 'invalid-response',
    },
    { name: 'an empty body', body: '', verdict: 'invalid-response' },
    { name: 'a list', body: '[]', verdict: 'invalid-response' },
    { name: 'no status', body: '{}', verdict: 'invalid-response' },
    { name: 'another status', body: '{"actionStatus":"INCOMPLETE"}', verdict: 'invalid-response' },
    { name: 'an error with 200', body: errorBody('a', 'b'), verdict: 'invalid-response' },
    {
      name: 'an unknown field',
      body: '{"actionStatus":"SUCCESS","note":1}',
      verdict: 'invalid-response',
    },
    { name: 'operations that are no list', body: success({}), verdict: 'invalid-response' },
    { name: 'no operations', body: success(undefined), verdict: 'decision' },
    { name: 'null for operations', body: success(null), verdict: 'invalid-response' },
    {
      name: 'an unknown operation',
      body: success([{ op: 'move', path: '/a' }]),
      verdict: 'invalid-response',
    },
    {
      name: 'an operation without a path',
      body: success([{ op: 'add' }]),
      verdict: 'invalid-response',
    },
    { name: 'both texts', body: failed(TEXTS), verdict: 'decision' },
    {
      name: 'no description, with which the client would get a 200',
      body: failed({ failureReason: 'a' }),
      verdict: 'invalid-response',
    },
    {
      name: 'a character that is not allowed',
      body: failed({ ...TEXTS, failureDescription: 'No, never.' }),
      verdict: 'invalid-response',
    },
    {
      name: 'a reason that is too long',
      body: failed({ ...TEXTS, failureReason: 'a'.repeat(101) }),
      verdict: 'invalid-response',
    },
  ])('$name: $verdict', ({ body, contentType = JSON_TYPE, verdict }) => {
    expect(checkResponse({ status: 200, contentType, body })).toBe(verdict);
  });

  test.each<{ status: number; body: string; verdict: ResponseVerdict }>([
    { status: 400, body: failedBody('a', 'b'), verdict: 'status' },
    { status: 400, body: errorBody('invalid_request', 'b'), verdict: 'status' },
    { status: 401, body: errorBody('unauthorized', 'b'), verdict: 'unauthorized' },
    { status: 401, body: '', verdict: 'status' },
    { status: 503, body: errorBody('firewall', 'b'), verdict: 'firewall' },
    { status: 503, body: errorBody('other', 'b'), verdict: 'status' },
    { status: 201, body: successBody([]), verdict: 'status' },
  ])('status $status with $body: $verdict', ({ status, body, verdict }) => {
    expect(checkResponse({ status, contentType: JSON_TYPE, body })).toBe(verdict);
  });
});
