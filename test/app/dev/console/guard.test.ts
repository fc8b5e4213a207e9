import type { IncomingMessage } from 'node:http';
import { rejectionReason } from '../../../../app/dev/console/guard.ts';

interface TestRequest {
  readonly method?: string;
  /** The client's address. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const HOST = { host: '127.0.0.1:3000' };
const OWN = { 'sec-fetch-site': 'same-origin' };
const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

function reasonFor({
  method = 'GET',
  from = '127.0.0.1',
  headers = {},
}: TestRequest): string | undefined {
  const request = { method, socket: { remoteAddress: from }, headers: { ...HOST, ...headers } };
  return rejectionReason(request as unknown as IncomingMessage);
}

test.each<[string, TestRequest]>([
  ['the page, opened by its address', { headers: { ...NAVIGATION, 'sec-fetch-site': 'none' } }],
  [
    'the page, opened through a link on another site',
    { headers: { ...NAVIGATION, 'sec-fetch-site': 'cross-site' } },
  ],
  ['files of the page', { headers: OWN }],
  ['the form', { method: 'POST', headers: { ...OWN, origin: 'http://127.0.0.1:3000' } }],
  [
    'the form, from a browser without Sec-Fetch-Site',
    { method: 'POST', headers: { origin: 'http://127.0.0.1:3000' } },
  ],
  ['reads by a program', {}],
  ['the name localhost', { headers: { ...OWN, host: 'localhost:3000' } }],
  ['a forwarded port', { headers: { ...OWN, host: 'localhost:8080' } }],
  ['a connection over IPv6', { from: '::1', headers: { ...OWN, host: '[::1]:3000' } }],
  ['an IPv4 connection on an IPv6 socket', { from: '::ffff:127.0.0.1', headers: OWN }],
])('The console accepts %s', (_, request) => {
  expect(reasonFor(request)).toBeUndefined();
});

describe('The console rejects', () => {
  const machine = /on this machine only/;
  const hostName = /at 127\.0\.0\.1 and localhost only/;
  const origin = /its own page only/;

  test.each<[string, TestRequest, RegExp]>([
    ['another machine', { from: '192.168.1.7', headers: OWN }, machine],
    ['another machine over IPv6', { from: '2001:db8::1', headers: OWN }, machine],
    [
      'an address that resembles a loopback address',
      { from: '::ffff:128.0.0.1', headers: OWN },
      machine,
    ],
    ['a closed connection', { from: '', headers: OWN }, machine],
    [
      'a host name that resolves to this machine',
      { headers: { ...OWN, host: 'rebound.example:3000' } },
      hostName,
    ],
    [
      'a host name that begins with localhost',
      { headers: { ...OWN, host: 'localhost.example:3000' } },
      hostName,
    ],
    ['a tunnel', { headers: { ...NAVIGATION, host: 'abc.tunnel.example' } }, hostName],
    ['an empty host name', { headers: { host: '' } }, hostName],
    ['a script on another site', { headers: { 'sec-fetch-site': 'cross-site' } }, origin],
    ['a script on another port', { headers: { 'sec-fetch-site': 'same-site' } }, origin],
    [
      'a frame on another site',
      {
        headers: {
          'sec-fetch-mode': 'navigate',
          'sec-fetch-dest': 'iframe',
          'sec-fetch-site': 'cross-site',
        },
      },
      origin,
    ],
    [
      'a form on another site',
      {
        method: 'POST',
        headers: { ...NAVIGATION, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      },
      origin,
    ],
    [
      'a form on a page with an opaque origin',
      { method: 'POST', headers: { origin: 'null' } },
      origin,
    ],
    [
      'a form on another port',
      { method: 'POST', headers: { origin: 'http://127.0.0.1:5173' } },
      origin,
    ],
    ['a form without Sec-Fetch-Site and Origin', { method: 'POST' }, origin],
    [
      'a form without a referring page',
      { method: 'POST', headers: { 'sec-fetch-site': 'none' } },
      origin,
    ],
  ])('%s', (_, request, reason) => {
    expect(reasonFor(request)).toMatch(reason);
  });
});
