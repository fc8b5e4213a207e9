import { deflateSync, gzipSync } from 'node:zlib';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { applyResponse } from '../../app/tools/identity-server/index.ts';
import { payload } from '../support/payloads.ts';
import { type RunningService, SECRET, startTestService } from '../support/running-service.ts';
import { issuesInLine } from './log-line.ts';

const PROPERTIES_BEFORE = Reflect.ownKeys(Object.prototype);

let service: RunningService;

beforeAll(async () => {
  service = await startTestService();
});

afterAll(() => service.stop());

/** A valid request from an address without reports. */
const VALID = payload('03');

/** Returns the valid request with a field added at its end. */
const withField = (text: string) => VALID.replace(/\}\s*$/, `,${text}}`);

/** Returns the valid request with another client id, given as JSON. */
const withClientId = (text: string) => VALID.replace(/("clientId":\s*)"[^"]*"/, `$1${text}`);

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const nestedObjects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

const manyGroups = (count: number) => Array(count).fill('"/groups/some-group-of-somebody"').join();

interface Case {
  readonly name: string;
  readonly status: 200 | 400;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const CASES: readonly Case[] = [
  { name: 'lists nested 900 deep', status: 200, body: withField(`"x":${nested(900)}`) },
  { name: 'lists nested 9,000 deep', status: 200, body: withField(`"x":${nested(9_000)}`) },
  { name: 'lists nested 400,000 deep', status: 400, body: withField(`"x":${nested(400_000)}`) },
  {
    name: 'objects nested 9,000 deep',
    status: 200,
    body: withField(`"x":${nestedObjects(9_000)}`),
  },
  { name: 'a client id nested 9,000 deep', status: 200, body: withClientId(nested(9_000)) },
  { name: '15,000 groups', status: 200, body: withField(`"x":[${manyGroups(15_000)}]`) },
  { name: '30,000 groups', status: 400, body: withField(`"x":[${manyGroups(30_000)}]`) },
  { name: 'brackets that never close', status: 400, body: '['.repeat(1_000_000) },
  { name: 'brackets in a string', status: 200, body: withClientId(`"${'[{\\"'.repeat(200_000)}"`) },
  { name: 'a number beyond the range of doubles', status: 200, body: withField('"x":1e999999') },
  { name: 'a number of a million digits', status: 200, body: withField(`"x":${'9'.repeat(1e6)}`) },
  { name: 'a number as client id', status: 200, body: withClientId('1e400') },
  {
    name: 'every field twice',
    status: 200,
    body: VALID.replace(/\}\s*$/, `,${VALID.trim().slice(1)}`),
  },
  {
    name: 'a field 15,000 times',
    status: 200,
    body: withField(Array(15_000).fill('"x":1').join()),
  },
  {
    name: 'a second, different action type',
    status: 400,
    body: withField('"actionType":"x"'),
  },
  { name: '__proto__ at the top', status: 200, body: withField('"__proto__":{"polluted":true}') },
  {
    name: '__proto__ with the required fields',
    status: 400,
    body: '{"__proto__":{"actionType":"PRE_ISSUE_ACCESS_TOKEN","event":{"accessToken":{}}}}',
  },
  {
    name: 'constructor.prototype',
    status: 200,
    body: withField('"constructor":{"prototype":{"polluted":true}}'),
  },
  {
    name: 'headers as an object with __proto__',
    status: 200,
    body: payload('26').replace(/("additionalHeaders":\s*\{)/, '$1"__proto__":["203.0.113.9"],'),
  },
  { name: 'an unpaired surrogate, escaped', status: 200, body: withClientId('"\\ud800"') },
  { name: 'surrogates in the wrong order', status: 200, body: withClientId('"\\udc00\\ud800"') },
  { name: 'NUL, escaped', status: 200, body: withClientId('"a\\u0000b"') },
  { name: 'NUL, not escaped', status: 400, body: withClientId('"a\0b"') },
  {
    name: 'line feeds and a forged record',
    status: 200,
    body: withClientId('"\\r\\n{\\"event\\":\\"decision\\"}\\n"'),
  },
  {
    name: 'Unicode line separators',
    status: 200,
    body: withClientId('"\\u2028\\u2029\\u0085"'),
  },
  {
    name: 'terminal escape sequences',
    status: 200,
    body: withClientId('"\\u001b[2J\\u009b1m"'),
  },
  {
    name: 'format placeholders',
    status: 200,
    body: withClientId('"%s %d %j %o ${geo.country}"'),
  },
  {
    name: 'a client id of 500,000 characters',
    status: 200,
    body: withClientId(`"${'é'.repeat(5e5)}"`),
  },
  { name: 'a byte order mark', status: 400, body: `\ufeff${VALID}` },
  { name: 'invalid UTF-8', status: 200, body: latin1(withClientId('"\xff\xc0\x80"')) },
  {
    name: 'an unpaired surrogate in UTF-8',
    status: 200,
    body: latin1(withClientId('"\xed\xa0\x80"')),
  },
  { name: 'UTF-16', status: 400, body: Buffer.from(VALID, 'utf16le') },
  { name: 'gzip', status: 400, body: gzipSync(VALID), headers: { 'content-encoding': 'gzip' } },
  {
    name: 'a gzip bomb of 500 MiB',
    status: 400,
    body: Buffer.concat(Array(500).fill(gzipSync(Buffer.alloc(1024 * 1024)))),
    headers: { 'content-encoding': 'gzip' },
  },
  {
    name: 'a gzip header without gzip',
    status: 200,
    body: VALID,
    headers: { 'content-encoding': 'gzip' },
  },
  {
    name: 'another content type',
    status: 200,
    body: VALID,
    headers: { 'content-type': 'text/xml' },
  },
  {
    name: 'another charset',
    status: 200,
    body: VALID,
    headers: { 'content-type': 'application/json; charset=utf-16' },
  },
  {
    name: 'deflate that a proxy has not decoded',
    status: 400,
    body: deflateSync(VALID),
    headers: { 'content-encoding': 'deflate' },
  },
  { name: 'an empty body', status: 400, body: '' },
  { name: 'only white space', status: 400, body: ' '.repeat(1_000_000) },
];

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

describe('a hostile body is decided or rejected without side effects', () => {
  test.each(CASES)('$name: $status', async ({ status, body, headers }) => {
    const response = await fetch(`${service.origin}${ACTION_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': SECRET, ...headers },
      body,
    });
    const text = await response.text();
    expect(response.status).toBe(status);
    const contentType = response.headers.get('content-type') ?? undefined;
    const outcome = applyResponse(VALID, { status, contentType, body: text });
    expect(outcome).toMatchObject(
      status === 200 ? { kind: 'token' } : { kind: 'server-error', retried: false },
    );
    expect(Reflect.ownKeys(Object.prototype)).toEqual(PROPERTIES_BEFORE);
  });

  test('the log is valid, accounts for every request, and has no internal error', async () => {
    const records = () => service.lines.map((line) => JSON.parse(line));
    const logged = () =>
      records().reduce((sum, { event, count }) => {
        if (event === 'decision') return sum + 1;
        return event === 'rejected' ? sum + count : sum;
      }, 0);
    // The last rejections are logged together within a second.
    while (logged() < CASES.length) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(logged()).toBe(CASES.length);
    expect(service.lines.flatMap(issuesInLine)).toEqual([]);
    const events = records().map(({ event }): string => event);
    expect(events).not.toContain('internal-error');
  });
});
