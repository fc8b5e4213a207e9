import { deflateSync, gzipSync } from 'node:zlib';
import { applyResponse } from '../../app/dev/simulator/identity-server/index.ts';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { payload } from '../support/payloads.ts';
import { type RunningService, SECRET, startTestService } from '../support/running-service.ts';
import { faultsOfLine } from './log-line.ts';

const MEMBERS_BEFORE = Reflect.ownKeys(Object.prototype);

let service: RunningService;

beforeAll(async () => {
  service = await startTestService();
});

afterAll(() => service.stop());

/** A good request; its address is one without reports. */
const GOOD = payload('03');

/** A good request with a text put before its last brace. */
const withMember = (text: string) => GOOD.replace(/\}\s*$/, `,${text}}`);

/** A good request with the value of its client id replaced by other JSON text. */
const withClientId = (text: string) => GOOD.replace(/("clientId":\s*)"[^"]*"/, `$1${text}`);

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const nestedObjects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

const manyTexts = (count: number) => Array(count).fill('"/groups/some-group-of-somebody"').join();

interface Case {
  readonly name: string;
  readonly status: 200 | 400;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  { name: 'lists nested 900 deep', status: 200, body: withMember(`"x":${nested(900)}`) },
  { name: 'lists nested 9,000 deep', status: 200, body: withMember(`"x":${nested(9_000)}`) },
  { name: 'lists nested 400,000 deep', status: 400, body: withMember(`"x":${nested(400_000)}`) },
  {
    name: 'objects nested 9,000 deep',
    status: 200,
    body: withMember(`"x":${nestedObjects(9_000)}`),
  },
  { name: 'a client id nested 9,000 deep', status: 200, body: withClientId(nested(9_000)) },
  { name: '15,000 groups', status: 200, body: withMember(`"x":[${manyTexts(15_000)}]`) },
  { name: '30,000 groups', status: 400, body: withMember(`"x":[${manyTexts(30_000)}]`) },
  { name: 'brackets that never close', status: 400, body: '['.repeat(1_000_000) },
  { name: 'brackets in a text', status: 200, body: withClientId(`"${'[{\\"'.repeat(200_000)}"`) },
  { name: 'a number beyond all bounds', status: 200, body: withMember('"x":1e999999') },
  { name: 'a number of a million digits', status: 200, body: withMember(`"x":${'9'.repeat(1e6)}`) },
  { name: 'a number as client id', status: 200, body: withClientId('1e400') },
  {
    name: 'every member twice',
    status: 200,
    body: GOOD.replace(/\}\s*$/, `,${GOOD.trim().slice(1)}`),
  },
  {
    name: 'a member 15,000 times',
    status: 200,
    body: withMember(Array(15_000).fill('"x":1').join()),
  },
  {
    name: 'a second action type that is another',
    status: 400,
    body: withMember('"actionType":"x"'),
  },
  { name: '__proto__ at the top', status: 200, body: withMember('"__proto__":{"polluted":true}') },
  {
    name: '__proto__ that brings what is missing',
    status: 400,
    body: '{"__proto__":{"actionType":"PRE_ISSUE_ACCESS_TOKEN","event":{"accessToken":{}}}}',
  },
  {
    name: 'constructor.prototype',
    status: 200,
    body: withMember('"constructor":{"prototype":{"polluted":true}}'),
  },
  {
    name: 'headers as an object with __proto__',
    status: 200,
    body: payload('26').replace(/("additionalHeaders":\s*\{)/, '$1"__proto__":["203.0.113.9"],'),
  },
  { name: 'half a character, escaped', status: 200, body: withClientId('"\\ud800"') },
  { name: 'two halves in the wrong order', status: 200, body: withClientId('"\\udc00\\ud800"') },
  { name: 'NUL, escaped', status: 200, body: withClientId('"a\\u0000b"') },
  { name: 'NUL as it is', status: 400, body: withClientId('"a\0b"') },
  {
    name: 'line feeds and a forged record',
    status: 200,
    body: withClientId('"\\r\\n{\\"event\\":\\"decision\\"}\\n"'),
  },
  {
    name: 'line separators of Unicode',
    status: 200,
    body: withClientId('"\\u2028\\u2029\\u0085"'),
  },
  {
    name: 'escape sequences of terminals',
    status: 200,
    body: withClientId('"\\u001b[2J\\u009b1m"'),
  },
  {
    name: 'placeholders of formats',
    status: 200,
    body: withClientId('"%s %d %j %o ${geo.country}"'),
  },
  {
    name: 'a client id of 500,000 characters',
    status: 200,
    body: withClientId(`"${'é'.repeat(5e5)}"`),
  },
  { name: 'a byte order mark', status: 400, body: `\ufeff${GOOD}` },
  { name: 'bytes that are no UTF-8', status: 200, body: latin1(withClientId('"\xff\xc0\x80"')) },
  { name: 'half a character, as it is', status: 200, body: latin1(withClientId('"\xed\xa0\x80"')) },
  { name: 'UTF-16', status: 400, body: Buffer.from(GOOD, 'utf16le') },
  { name: 'gzip', status: 400, body: gzipSync(GOOD), headers: { 'content-encoding': 'gzip' } },
  {
    name: 'a gzip bomb of 500 MiB',
    status: 400,
    body: Buffer.concat(Array(500).fill(gzipSync(Buffer.alloc(1024 * 1024)))),
    headers: { 'content-encoding': 'gzip' },
  },
  { name: 'gzip that is none', status: 200, body: GOOD, headers: { 'content-encoding': 'gzip' } },
  {
    name: 'another content type',
    status: 200,
    body: GOOD,
    headers: { 'content-type': 'text/xml' },
  },
  {
    name: 'another charset',
    status: 200,
    body: GOOD,
    headers: { 'content-type': 'application/json; charset=utf-16' },
  },
  {
    name: 'deflate that a proxy forgot to undo',
    status: 400,
    body: deflateSync(GOOD),
    headers: { 'content-encoding': 'deflate' },
  },
  { name: 'nothing at all', status: 400, body: '' },
  { name: 'nothing but white space', status: 400, body: ' '.repeat(1_000_000) },
];

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

describe('A body that means harm is decided or refused, and harms nothing', () => {
  test.each(CASES)('$name: $status', async ({ status, body, headers }) => {
    const response = await fetch(`${service.origin}${ACTION_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': SECRET, ...headers },
      body,
    });
    const text = await response.text();
    expect(response.status).toBe(status);
    const contentType = response.headers.get('content-type') ?? undefined;
    const outcome = applyResponse(GOOD, { status, contentType, body: text });
    expect(outcome).toMatchObject(
      status === 200 ? { kind: 'token' } : { kind: 'server-error', retried: false },
    );
    expect(Reflect.ownKeys(Object.prototype)).toEqual(MEMBERS_BEFORE);
  });

  test('the log is whole, has one record of each, and no fault of ours', async () => {
    const records = () => service.lines.map((line) => JSON.parse(line));
    const answered = () =>
      records().reduce((sum, { event, count }) => {
        if (event === 'decision') return sum + 1;
        return event === 'rejected' ? sum + count : sum;
      }, 0);
    // What was refused last is held back for a second, to be told together.
    while (answered() < CASES.length) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answered()).toBe(CASES.length);
    expect(service.lines.flatMap(faultsOfLine)).toEqual([]);
    const events = records().map(({ event }): string => event);
    expect(events).not.toContain('fault');
  });
});
