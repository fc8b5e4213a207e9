import { FeedError } from '../../../../app/src/feeds/model/feed-error.ts';
import { requireOk } from '../../../../app/src/feeds/sources/statuses.ts';

test('the body of a response with the status 200 is returned', () => {
  const body = Buffer.from('192.0.2.1\n');
  expect(requireOk({ status: 200, headers: {}, body }, 'exits')).toBe(body);
});

test.each([
  [200, 'unreachable', /without the file/],
  [204, 'unreachable', /without the file/],
  [302, 'unreachable', /without the file/],
  [304, 'unreachable', /without the file/],
  [400, 'forbidden', /rejects the request/],
  [401, 'authentication', /rejects the credential/],
  [402, 'forbidden', /paid plan/],
  [403, 'forbidden', /denies access/],
  [404, 'missing', /no such file/],
  [408, 'unreachable', /not available/],
  [410, 'missing', /withdrawn/],
  [422, 'forbidden', /rejects the request/],
  [429, 'quota', /limited the requests/],
  [451, 'forbidden', /legal reasons/],
  [500, 'unreachable', /not available/],
  [503, 'unreachable', /not available/],
  [599, 'unreachable', /not available/],
])('status %d is an error with the reason %s', (status, reason, message) => {
  const act = () => requireOk({ status, headers: {} }, 'exits');
  expect(act).toThrow(FeedError);
  expect(act).toThrow(expect.objectContaining({ reason, message: expect.stringMatching(message) }));
  expect(act).toThrow(`The publisher of the feed exits`);
  expect(act).toThrow(`(status ${status}).`);
});
