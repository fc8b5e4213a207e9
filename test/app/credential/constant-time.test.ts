import * as crypto from 'node:crypto';
import { jest } from '@jest/globals';
import type { Compare } from '../../../app/src/credential/authenticator.ts';

// A mock is the only way to observe the default comparison.
test('the authenticator compares in constant time by default', async () => {
  let calls = 0;
  const timingSafeEqual: Compare = (a, b) => {
    calls += 1;
    return crypto.timingSafeEqual(a, b);
  };
  jest.unstable_mockModule('node:crypto', () => ({ ...crypto, timingSafeEqual }));
  const { createAuthenticator } = await import('../../../app/src/credential/authenticator.ts');
  const secret = 'a-secret-0123456789';

  const authenticator = createAuthenticator([{ scheme: 'bearer', secret }]);

  expect(authenticator.accepts(() => `Bearer ${secret}`)).toBe(true);
  expect(authenticator.accepts(() => undefined)).toBe(false);
  expect(calls).toBe(2);
});
