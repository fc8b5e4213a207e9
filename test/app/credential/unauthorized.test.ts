import type { Server } from 'node:http';
import { PLAIN_SUCCESS } from '../../../app/src/action/response.ts';
import { createAuthenticator } from '../../../app/src/credential/authenticator.ts';
import type { Credential } from '../../../app/src/credential/credential.ts';
import { createApp } from '../../../app/src/http/app.ts';
import { closeServer } from '../../../app/src/http/close-server.ts';
import { ACTION_PATH } from '../../../app/src/http/paths.ts';
import { listen } from '../../../app/src/http/server.ts';
import { exchange, statusesOf } from '../../support/raw-http.ts';

const SECRET = 'the-secret-0123456789';
const OTHER = 'not-secret-0123456789';
const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');

/** Characters that RFC 7617 allows: letters of any alphabet, spaces, and colons in the password. */
const UTF_8_PAIR = 'zoë gate:pä55 wörd: 密码 :🔑';

interface Case {
  readonly credential: Credential;
  readonly right: string;
  /** Header lines with a credential that is wrong in one way. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
}

const CASES: readonly Case[] = [
  {
    credential: { scheme: 'api-key', header: 'x-api-key', secret: SECRET },
    right: `X-API-Key: ${SECRET}`,
    wrong: {
      'another key': [`X-API-Key: ${OTHER}`],
      'an empty key': ['X-API-Key:'],
      'the key and more': [`X-API-Key: ${SECRET}x`],
      'the key twice': [`X-API-Key: ${SECRET}`, `X-API-Key: ${SECRET}`],
      'the key of 8,000 characters': [`X-API-Key: ${'x'.repeat(8000)}`],
      'the key as a bearer token': [`Authorization: Bearer ${SECRET}`],
      'the key in bytes outside ASCII': ['X-API-Key: \u00e9\u00ff'],
    },
  },
  {
    credential: { scheme: 'bearer', secret: SECRET },
    right: `Authorization: Bearer ${SECRET}`,
    wrong: {
      'another token': [`Authorization: Bearer ${OTHER}`],
      'no token': ['Authorization: Bearer'],
      'an empty header': ['Authorization:'],
      'no scheme': [`Authorization: ${SECRET}`],
      'another scheme': [`Authorization: Basic ${SECRET}`],
      'the token twice': Array(2).fill(`Authorization: Bearer ${SECRET}`),
      'the token as a key': [`X-API-Key: ${SECRET}`],
    },
  },
  {
    credential: { scheme: 'basic', username: 'zoë gate', secret: 'pä55 wörd: 密码 :🔑' },
    right: `Authorization: Basic ${base64(UTF_8_PAIR)}`,
    wrong: {
      'another colon': [`Authorization: Basic ${base64('zoë:gate pä55 wörd: 密码 :🔑')}`],
      'no accents': [`Authorization: Basic ${base64('zoe gate:pa55 word: 密码 :🔑')}`],
      'in Latin-1': [
        `Authorization: Basic ${Buffer.from(UTF_8_PAIR, 'latin1').toString('base64')}`,
      ],
      'one space less': [`Authorization: Basic ${base64('zoë gate:pä55 wörd: 密码:🔑')}`],
    },
  },
  {
    credential: { scheme: 'basic', username: 'gate', secret: SECRET },
    right: `Authorization: Basic ${base64(`gate:${SECRET}`)}`,
    wrong: {
      'another password': [`Authorization: Basic ${base64(`gate:${OTHER}`)}`],
      'another user': [`Authorization: Basic ${base64(`eve:${SECRET}`)}`],
      'no colon': [`Authorization: Basic ${base64(`gate${SECRET}`)}`],
      'not base64': [`Authorization: Basic gate:${SECRET}`],
      'no user name and password': ['Authorization: Basic'],
      'the password as a bearer token': [`Authorization: Bearer ${SECRET}`],
    },
  },
];

/** Header lines and body. The last two bodies are never complete. */
const BODIES: Readonly<Record<string, readonly string[]>> = {
  'no body': ['', ''],
  'a body that is not valid': ['Content-Length: 1', '', '{'],
  'a body of 1 MiB': ['Content-Length: 1048576', '', 'x'.repeat(1024 * 1024)],
  'a body that does not arrive': ['Content-Length: 1000', '', ''],
  'chunks that do not end': ['Transfer-Encoding: chunked', '', '1', 'x', ''],
};

describe.each(CASES)('$credential.scheme $credential.username', ({ credential, right, wrong }) => {
  let decided = 0;
  const refused: string[] = [];
  let server: Server;
  let port: number;

  beforeAll(async () => {
    const app = createApp({
      authenticator: createAuthenticator([credential]),
      async handleAction() {
        decided += 1;
        return PLAIN_SUCCESS;
      },
      onRejected: ({ status, why }) => refused.push(`${status} ${why}`),
      onInternalError: (error) => refused.push(String(error)),
      isDraining: () => false,
    });
    ({ server, port } = await listen(app, 0));
  });

  afterAll(() => closeServer(server, 0));

  /** Sends a request, and returns the response as received, without its date. */
  async function send(credentialLines: readonly string[], body: readonly string[] = ['', '']) {
    const start = [`POST ${ACTION_PATH} HTTP/1.1`, 'Host: localhost', 'Connection: close'];
    const text = [...start, ...credentialLines, ...body].join('\r\n');
    const response = await exchange(port, [Buffer.from(text, 'latin1')]);
    return response.replace(/^Date: .*\r\n/im, '');
  }

  test.each(Object.keys(wrong))(
    '%s gets the same response as no credential, byte for byte',
    async (name) => {
      const missing = await send([]);
      expect(statusesOf(missing)).toEqual([401]);
      expect(await send(wrong[name] ?? [])).toBe(missing);
    },
  );

  test.each(Object.keys(BODIES))('%s: is not waited for, and not processed', async (name) => {
    const body = BODIES[name];
    expect(await send([], body)).toBe(await send([]));
    expect(await send(Object.values(wrong)[0] ?? [], body)).toBe(await send([]));
    expect(decided).toBe(0);
  });

  test('each is reported once, with the same reason', async () => {
    const before = refused.length;
    for (const lines of [[], ...Object.values(wrong)]) await send(lines);
    const reported = refused.slice(before);
    expect(reported).toEqual(
      Array(1 + Object.keys(wrong).length).fill('401 The credential is missing or wrong.'),
    );
  });

  test('the right credential is accepted', async () => {
    expect(statusesOf(await send([right, 'Content-Length: 2'], ['', '{}']))).toEqual([200]);
    expect(decided).toBe(1);
  });
});
