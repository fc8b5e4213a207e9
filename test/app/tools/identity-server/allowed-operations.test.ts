import { isAllowed } from '../../../../app/tools/identity-server/allowed-operations.ts';
import { issued, outcomeOfOperations, payload, REFRESH, TWO_AUDIENCES, USER } from './harness.ts';

const ALLOWED = [
  { op: 'add', paths: ['/accessToken/scopes/'] },
  { op: 'remove', paths: ['/accessToken/claims/email', '/accessToken/claims/groups/'] },
];

describe('An operation is allowed', () => {
  test.each([
    ['by its own path', 'remove', '/accessToken/claims/email', true],
    ['by its list with an index', 'remove', '/accessToken/claims/groups/0', true],
    ['by its list with anything after the slash', 'add', '/accessToken/scopes/x', true],
    ['by its list itself', 'remove', '/accessToken/claims/groups/', true],
    ['not without the slash of a list', 'remove', '/accessToken/claims/groups', false],
    ['not with a slash after a single path', 'remove', '/accessToken/claims/email/', false],
    ['not two levels below a list', 'remove', '/accessToken/claims/groups/0/1', false],
    ['not for another op', 'replace', '/accessToken/claims/email', false],
    ['not in another case', 'remove', '/accesstoken/claims/email', false],
    ['not by a prefix of its path', 'remove', '/accessToken/claims/email_verified', false],
    ['not without an op', undefined, '/accessToken/claims/email', false],
  ])('%s', (_, op, path, allowed) => {
    expect(isAllowed(op, path, ALLOWED)).toBe(allowed);
  });
});

describe('An operation is dropped silently, and the others are applied, for', () => {
  test.each([
    ['a claim that is not listed', USER, '{"op":"remove","path":"/accessToken/claims/phone"}'],
    [
      'a claim by its position in the request',
      USER,
      '{"op":"remove","path":"/accessToken/claims/7"}',
    ],
    ['a replacement of sub', USER, '{"op":"replace","path":"/accessToken/claims/sub","value":"x"}'],
    ['a removal of iss', USER, '{"op":"remove","path":"/accessToken/claims/iss"}'],
    ['a claim that is an object', USER, '{"op":"remove","path":"/accessToken/claims/address"}'],
    ['a list claim without its slash', USER, '{"op":"remove","path":"/accessToken/claims/groups"}'],
    ['a removal of the lifetime', USER, '{"op":"remove","path":"/accessToken/claims/expires_in"}'],
    [
      'a lifetime with a slash',
      USER,
      '{"op":"replace","path":"/accessToken/claims/expires_in/","value":60}',
    ],
    [
      'an add to a list claim',
      USER,
      '{"op":"add","path":"/accessToken/claims/groups/-","value":"x"}',
    ],
    [
      'a parameter that is never allowed',
      USER,
      '{"op":"remove","path":"/response/parameters/scope"}',
    ],
    [
      'a response parameter before version 1.3',
      TWO_AUDIENCES,
      '{"op":"add","path":"/response/parameters/-","value":{"name":"a","value":1}}',
    ],
    [
      'a path outside of the contract',
      REFRESH,
      '{"op":"remove","path":"/refreshToken/claims/iat"}',
    ],
    ['a path without a leading slash', USER, '{"op":"remove","path":"accessToken/claims/email"}'],
    ['a path without any slash', USER, '{"op":"remove","path":"email"}'],
  ])('%s', (_, file, operation) => {
    const lifetime = '{"op":"replace","path":"/accessToken/claims/expires_in","value":60}';
    const untouched = issued(outcomeOfOperations(payload(file), [lifetime]));
    const outcome = issued(outcomeOfOperations(payload(file), [operation, lifetime]));
    expect(outcome.token).toEqual(untouched.token);
    expect(outcome.token.expiresIn).toBe(60);
    expect(outcome.dropped).toMatchObject([{ operation: JSON.parse(operation) }]);
    expect(outcome.applied).toEqual([JSON.parse(lifetime)]);
  });
});

test('A refresh token lifetime is dropped for an application without that grant', () => {
  const operation = '{"op":"replace","path":"/refreshToken/claims/expires_in","value":60}';
  const request = payload('01-client-credentials-minimal.json');
  const outcome = issued(outcomeOfOperations(request, [operation]));
  expect(outcome.token.refreshToken).toBeUndefined();
  expect(outcome.dropped).toHaveLength(1);
});
