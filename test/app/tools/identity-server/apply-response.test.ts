import { readdirSync, readFileSync } from 'node:fs';
import { issued, outcomeOf, payload, tokenAfter, USER } from './harness.ts';

const PAYLOADS = new URL('../../../data/payloads/', import.meta.url);

test.each(readdirSync(PAYLOADS).filter((file) => file.endsWith('.json')))(
  'A response without operations leaves the token of %s unchanged',
  (file) => {
    const { event } = JSON.parse(readFileSync(new URL(file, PAYLOADS), 'utf8'));
    const { token } = issued(outcomeOf(payload(file), '{"actionStatus":"SUCCESS"}'));
    const sent = Object.fromEntries(
      event.accessToken.claims.map((claim: { name: string; value: unknown }) => [
        claim.name,
        claim.value,
      ]),
    );
    expect(token).toEqual({
      expiresIn: sent.expires_in,
      scopes: event.accessToken.scopes ?? [],
      audience: sent.aud,
      claims: sent,
      refreshToken: event.refreshToken
        ? { expiresIn: event.refreshToken.claims[0].value }
        : undefined,
      responseParameters: {},
      removedParameters: [],
    });
  },
);

test('All operations of a response are applied to one token', () => {
  const token = tokenAfter(
    payload(USER),
    '{"op":"replace","path":"/accessToken/claims/expires_in","value":300}',
    '{"op":"remove","path":"/accessToken/scopes/0"}',
    '{"op":"remove","path":"/accessToken/scopes/4"}',
    '{"op":"remove","path":"/accessToken/claims/aud/1"}',
    '{"op":"remove","path":"/accessToken/claims/groups/"}',
    '{"op":"add","path":"/accessToken/claims/-","value":{"name":"risk","value":42}}',
    '{"op":"add","path":"/response/parameters/-","value":{"name":"note","value":"short"}}',
  );
  expect(token).toMatchObject({
    expiresIn: 300,
    scopes: ['groups', 'openid', 'profile'],
    audience: ['qTj2Wd7Rk0hXv_ZpB4sLmN9cYaEa'],
    claims: { expires_in: 300, risk: 42, roles: ['app-viewer', 'app-editor'] },
    refreshToken: { expiresIn: 86400 },
    responseParameters: { note: 'short' },
  });
  expect(token.claims).not.toHaveProperty('groups');
});

test('Two responses to one request are independent', () => {
  const request = payload(USER);
  tokenAfter(request, '{"op":"remove","path":"/accessToken/claims/groups/0"}');
  expect(tokenAfter(request).claims.groups).toHaveLength(3);
});
