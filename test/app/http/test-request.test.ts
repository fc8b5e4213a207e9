import { ACTION_PATH } from '../../../app/src/http/paths.ts';
import { sumOf } from '../../support/emf.ts';
import { payload, requestWith } from '../../support/payloads.ts';
import { exchange, statusesOf } from '../../support/raw-http.ts';
import { type RunningService, SECRET, startTestService } from '../../support/running-service.ts';

const HEADER = 'x-risk-gate-test';
const BODY = payload('01');

let service: RunningService;

beforeAll(async () => {
  service = await startTestService({ policy: '{ version: 1, rules: [] }' });
});

afterAll(() => service.stop());

/** Sends a request with these header lines, and returns its status and the records of its decision. */
async function send(lines: readonly string[], body = BODY) {
  const before = service.decisions().length;
  const head = [
    `POST ${ACTION_PATH} HTTP/1.1`,
    'Host: localhost',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...lines,
  ];
  const read = await exchange(Number(new URL(service.origin).port), [
    `${head.join('\r\n')}\r\n\r\n${body}`,
  ]);
  return { statuses: statusesOf(read), records: service.decisions().slice(before) };
}

const CREDENTIAL = `x-api-key: ${SECRET}`;

describe('A request of the identity server is', () => {
  test.each<[string, readonly string[], string | undefined]>([
    ['a test of the canary', [`${HEADER}: canary`], 'canary'],
    ['a smoke test', [`${HEADER}: smoke`], 'smoke'],
    ['a verification', [`${HEADER}: verify`], 'verify'],
    ['a test, whatever the case of the header name', ['X-Risk-Gate-TEST: canary'], 'canary'],
    ['a test, with spaces around the value', [`${HEADER}:   canary  `], 'canary'],
    ['no test without the header', [], undefined],
    ['no test with another value', [`${HEADER}: load`], undefined],
    ['no test with a value in upper case', [`${HEADER}: Canary`], undefined],
    ['no test with an empty value', [`${HEADER}:`], undefined],
    ['no test with a list of values', [`${HEADER}: canary, smoke`], undefined],
    ['no test with two headers', [`${HEADER}: canary`, `${HEADER}: smoke`], undefined],
    ['no test with the same header twice', [`${HEADER}: canary`, `${HEADER}: canary`], undefined],
    ['no test with a property of Object', [`${HEADER}: constructor`], undefined],
    ['no test with a similar header', ['x-risk-gate-tests: canary'], undefined],
  ])('%s', async (_, lines, kind) => {
    const { statuses, records } = await send([CREDENTIAL, ...lines]);
    expect(statuses).toEqual([200]);
    expect(records.map(({ test }) => test)).toEqual([kind]);
  });
});

const entry = [{ name: HEADER, value: ['canary'] }];

describe('An OAuth client cannot mark its request as a test with', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ['a header', { 'event.request.additionalHeaders': entry }],
    ['a parameter', { 'event.request.additionalParams': entry }],
    ['a scope', { 'event.request.scopes': [`${HEADER}: canary`] }],
    ['a field of the event', { 'event.test': 'canary' }],
    ['a field of the body', { test: 'canary', [HEADER]: 'canary' }],
  ])('%s', async (_, changes) => {
    const { statuses, records } = await send([CREDENTIAL], requestWith('03', changes));
    expect(statuses).toEqual([200]);
    expect(records.map(({ test }) => test)).toEqual([undefined]);
  });
});

test.each<[string, readonly string[]]>([
  ['a wrong credential', ['x-api-key: wrong']],
  ['no credential', []],
])(
  'The header does not admit a request with %s, which counts as an error',
  async (_, credential) => {
    const service = await startTestService();
    const response = await service.post(BODY, {
      ...Object.fromEntries(credential.map((line) => line.split(': '))),
      [HEADER]: 'canary',
    });
    await service.stop();
    expect(response.status).toBe(401);
    expect(service.decisions()).toEqual([]);
    expect(sumOf(service.lines, 'AuthenticationFailures')).toBe(1);
    expect(sumOf(service.lines, 'TestDecisions')).toBe(0);
  },
);
