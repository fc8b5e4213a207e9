import { type CallerFields, caller } from './callers.ts';

const BASE = { client: 'app', user: 'u' };

test.each<[string, CallerFields, CallerFields, { sameSubject: boolean; sameClient: boolean }]>([
  ['the same ids', BASE, BASE, { sameSubject: true, sameClient: true }],
  ['another client', BASE, { ...BASE, client: 'x' }, { sameSubject: true, sameClient: false }],
  ['another user', BASE, { ...BASE, user: 'x' }, { sameSubject: false, sameClient: true }],
  [
    'another tenant',
    BASE,
    { ...BASE, tenant: { id: '2' } },
    { sameSubject: false, sameClient: false },
  ],
  [
    'another name of the tenant',
    BASE,
    { ...BASE, tenant: { id: '1', name: 'x' } },
    { sameSubject: true, sameClient: true },
  ],
  [
    'another organization',
    BASE,
    { ...BASE, organization: 'o' },
    { sameSubject: false, sameClient: false },
  ],
  [
    'an organization to which the user has switched',
    { ...BASE, userOrganization: 'o', organization: 'p' },
    { ...BASE, userOrganization: 'o', organization: 'q' },
    { sameSubject: true, sameClient: false },
  ],
  [
    'two users who do not resolve',
    { client: 'app' },
    { client: 'app' },
    { sameSubject: true, sameClient: true },
  ],
  [
    'an empty user id',
    { client: 'app', user: '' },
    { client: 'app' },
    { sameSubject: true, sameClient: true },
  ],
  [
    'a user with the id of a client',
    { client: 'a', user: 'b' },
    { client: 'b' },
    { sameSubject: false, sameClient: false },
  ],
  [
    'ids that contain separators',
    { client: 'a","b', tenant: { id: 'c' } },
    { client: 'b', tenant: { id: 'c","a' } },
    { sameSubject: false, sameClient: false },
  ],
])('Of two requests with %s, subject and client are the same or not', (_, one, other, expected) => {
  const [first, second] = [caller(one), caller(other)];
  expect({
    sameSubject: first.subject === second.subject,
    sameClient: first.client === second.client,
  }).toEqual(expected);
});

test.each<[string, CallerFields, object]>([
  ['a user', BASE, { hasUser: true, tenant: '1', clientId: 'app' }],
  ['no user', { client: 'app' }, { hasUser: false, tenant: '1', clientId: 'app' }],
  ['a named tenant', { ...BASE, tenant: { id: '1', name: 'acme' } }, { tenant: 'acme' }],
])('The caller of a request with %s has names for the log', (_, fields, expected) => {
  expect(caller(fields)).toMatchObject(expected);
});

test('A client is its own subject', () => {
  const { client, subject } = caller({ client: 'app' });
  expect(subject).toBe(client);
});
