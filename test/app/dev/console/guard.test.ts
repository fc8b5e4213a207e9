import type { IncomingMessage } from 'node:http';
import { refusalReason } from '../../../../app/dev/console/guard.ts';

interface Asked {
  readonly method?: string;
  /** Of the client. */
  readonly from?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const HOST = { host: '127.0.0.1:3000' };
const OWN = { 'sec-fetch-site': 'same-origin' };
const BY_LINK = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

function refused({ method = 'GET', from = '127.0.0.1', headers = {} }: Asked): string | undefined {
  const request = { method, socket: { remoteAddress: from }, headers: { ...HOST, ...headers } };
  return refusalReason(request as unknown as IncomingMessage);
}

test.each<[string, Asked]>([
  ['the page, by its address', { headers: { ...BY_LINK, 'sec-fetch-site': 'none' } }],
  [
    'the page, by a link of another site',
    { headers: { ...BY_LINK, 'sec-fetch-site': 'cross-site' } },
  ],
  ['what the page loads', { headers: OWN }],
  ['the form', { method: 'POST', headers: { ...OWN, origin: 'http://127.0.0.1:3000' } }],
  [
    'the form in a browser that knows no Sec-Fetch-Site',
    { method: 'POST', headers: { origin: 'http://127.0.0.1:3000' } },
  ],
  ['a program that reads', {}],
  ['the name localhost', { headers: { ...OWN, host: 'localhost:3000' } }],
  ['another port, which is forwarded', { headers: { ...OWN, host: 'localhost:8080' } }],
  ['IPv6', { from: '::1', headers: { ...OWN, host: '[::1]:3000' } }],
  ['IPv4 on a socket of IPv6', { from: '::ffff:127.0.0.1', headers: OWN }],
])('It lets through: %s', (_, asked) => {
  expect(refused(asked)).toBeUndefined();
});

describe('It refuses', () => {
  const machine = /on this machine only/;
  const name = /under the names/;
  const site = /its own page only/;

  test.each<[string, Asked, RegExp]>([
    ['another machine', { from: '192.168.1.7', headers: OWN }, machine],
    ['another machine, by IPv6', { from: '2001:db8::1', headers: OWN }, machine],
    ['an address that only begins like one', { from: '::ffff:128.0.0.1', headers: OWN }, machine],
    ['a connection that is gone', { from: '', headers: OWN }, machine],
    ['a name that points here', { headers: { ...OWN, host: 'rebound.example:3000' } }, name],
    ['a name that begins so', { headers: { ...OWN, host: 'localhost.example:3000' } }, name],
    ['a tunnel', { headers: { ...BY_LINK, host: 'abc.tunnel.example' } }, name],
    ['no name', { headers: { host: '' } }, name],
    ['a script of another site', { headers: { 'sec-fetch-site': 'cross-site' } }, site],
    ['a script of another port', { headers: { 'sec-fetch-site': 'same-site' } }, site],
    [
      'a frame in another site',
      {
        headers: {
          'sec-fetch-mode': 'navigate',
          'sec-fetch-dest': 'iframe',
          'sec-fetch-site': 'cross-site',
        },
      },
      site,
    ],
    [
      'a form of another site',
      {
        method: 'POST',
        headers: { ...BY_LINK, 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
      },
      site,
    ],
    ['a form of a page without origin', { method: 'POST', headers: { origin: 'null' } }, site],
    [
      'a form of another port',
      { method: 'POST', headers: { origin: 'http://127.0.0.1:5173' } },
      site,
    ],
    ['a form of who does not say', { method: 'POST' }, site],
    ['a form that is typed in', { method: 'POST', headers: { 'sec-fetch-site': 'none' } }, site],
  ])('%s', (_, asked, why) => {
    expect(refused(asked)).toMatch(why);
  });
});
