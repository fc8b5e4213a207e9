import { compareTokens } from '../../../../app/tools/explain/compare-tokens.ts';
import type { IssuedToken } from '../../../../app/tools/identity-server/index.ts';

const BEFORE: IssuedToken = {
  expiresIn: 3600,
  scopes: ['openid', 'admin'],
  audience: ['a', 'b'],
  claims: { sub: 'jo', email: 'jo@example.com', expires_in: 3600, aud: ['a', 'b'] },
  refreshToken: { expiresIn: 86_400 },
  responseParameters: {},
  removedParameters: [],
};

test.each<[string, Partial<IssuedToken>, object[]]>([
  ['no changes', {}, []],
  [
    'lifetimes',
    { expiresIn: 300, refreshToken: { expiresIn: 60 } },
    [
      { name: 'Lifetime', before: '3600 s (1 h)', after: '300 s (5 min)', change: 'changed' },
      { name: 'Refresh token', before: '86400 s (1 d)', after: '60 s (1 min)', change: 'changed' },
    ],
  ],
  [
    'a scope, and the ID token that depends on it',
    { scopes: ['admin'], removedParameters: ['id_token'] },
    [
      { name: 'Scopes', before: 'openid admin', after: 'admin', change: 'changed' },
      { name: 'ID token', before: 'in the response', after: null, change: 'removed' },
    ],
  ],
  [
    'claims',
    { claims: { sub: 'jo', risk: 7 } },
    [
      { name: 'Claim email', before: '"jo@example.com"', after: null, change: 'removed' },
      { name: 'Claim risk', before: null, after: '7', change: 'added' },
    ],
  ],
  [
    'a refresh token that is dropped and shortened',
    { refreshToken: undefined, hiddenRefreshToken: { expiresIn: 3600 } },
    [
      {
        name: 'Refresh token',
        before: '86400 s (1 d)',
        after: 'not in the response; an earlier one stays valid (3600 s (1 h))',
        change: 'changed',
      },
    ],
  ],
  [
    'lifetimes that are not stated',
    { expiresIn: undefined, refreshToken: { expiresIn: -1 } },
    [
      { name: 'Lifetime', before: '3600 s (1 h)', after: 'not stated', change: 'changed' },
      {
        name: 'Refresh token',
        before: '86400 s (1 d)',
        after: "the server's default",
        change: 'changed',
      },
    ],
  ],
  [
    'a removed refresh token and an added response parameter',
    { refreshToken: undefined, responseParameters: { hint: 'x' } },
    [
      { name: 'Refresh token', before: '86400 s (1 d)', after: null, change: 'removed' },
      { name: 'Response parameter hint', before: null, after: '"x"', change: 'added' },
    ],
  ],
])('The comparison shows %s', (_, changes, rows) => {
  const all = compareTokens(BEFORE, { ...BEFORE, ...changes });
  expect(all.filter(({ change }) => change !== 'same')).toEqual(rows);
});

test('Every property is "not issued" if no token is issued', () => {
  const rows = compareTokens(BEFORE, undefined);
  expect(new Set(rows.map(({ change, after }) => [change, after].join()))).toEqual(
    new Set(['not issued,']),
  );
});
