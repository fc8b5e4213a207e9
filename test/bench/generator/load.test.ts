import { parseAutocannon } from './autocannon.ts';
import { ADDRESS, checkResult, type Load, type LoadResult } from './load.ts';
import { parseWrk, requestTemplate } from './wrk.ts';

const LOAD: Load = {
  origin: 'http://127.0.0.1:1234',
  method: 'POST',
  path: '/action',
  headers: { 'x-api-key': 'k' },
  body: `{"ä":"${ADDRESS}"}`,
  addresses: ['192.0.2.1', '192.0.2.2'],
  connections: 2,
  seconds: 1,
};

const MEASURED: LoadResult = {
  requests: 1000,
  seconds: 2,
  perSecond: 500,
  p50: 1.5,
  p99: 10.25,
  slowest: 99,
  failures: { timeout: 0, status: 0 },
};

test('parses the output of wrk.lua after that of wrk', () => {
  const output = `Running 2s test @ http://127.0.0.1:1234
  1 threads and 32 connections
addresses exhausted
  Latency     1.18ms    2.56ms
Requests/sec:    500.00

{"requests":1000,"duration":2000000,"p50":1500,"p99":10250,"slowest":99000,"failures":{"timeout":0,"status":0}}
`;
  expect(parseWrk(output)).toEqual(MEASURED);
});

test('rejects output of wrk without a result', () => {
  expect(() => parseWrk('Running 2s test')).toThrow('wrk printed no result');
});

test('parses the result of autocannon', () => {
  const result = {
    duration: 2,
    latency: { p50: 1.5, p99: 10.25, max: 99 },
    requests: { total: 1000, sent: 1032 },
    errors: 0,
    timeouts: 0,
    non2xx: 0,
  };
  expect(parseAutocannon(JSON.stringify(result))).toEqual({
    ...MEASURED,
    failures: { errors: 0, timeout: 0, status: 0 },
  });
  const failed = { ...result, errors: 1, timeouts: 2, non2xx: 4 };
  const failures = { errors: 1, timeout: 2, status: 4 };
  expect(parseAutocannon(JSON.stringify(failed)).failures).toEqual(failures);
});

test('a request template has the placeholders of wrk.lua, and the bytes of the body without the address', () => {
  expect(requestTemplate(LOAD)).toEqual({
    text: `POST /action HTTP/1.1\r\nhost: 127.0.0.1:1234\r\nx-api-key: k\r\ncontent-length: @length@\r\n\r\n{"ä":"@address@"}`,
    bytes: 9,
  });
});

test('an address that occurs twice in the body does not count for its bytes', () => {
  const { text, bytes } = requestTemplate({ ...LOAD, body: `["${ADDRESS}","${ADDRESS}"]` });
  expect(text).toMatch(/\["@address@","@address@"\]$/);
  expect(bytes).toBe('["",""]'.length);
});

test('a request template without a body has no content length', () => {
  const { body: _, ...load } = LOAD;
  expect(requestTemplate({ ...load, method: 'GET', path: `/check?ipAddress=${ADDRESS}` })).toEqual({
    text: 'GET /check?ipAddress=@address@ HTTP/1.1\r\nhost: 127.0.0.1:1234\r\nx-api-key: k\r\n\r\n',
    bytes: 0,
  });
});

test.each([
  [
    'failures',
    {},
    { failures: { read: 0, status: 1, timeout: 2 } },
    'Some of 1000 requests failed: 1 status, 2 timeout.',
  ],
  ['no response', {}, { requests: 0 }, 'No request was answered.'],
  ['repeated addresses', { distinct: true }, {}, '2 addresses are too few for 1000 requests.'],
])('rejects a result with %s', (_, load, measured, message) => {
  const check = () => checkResult({ ...LOAD, ...load }, { ...MEASURED, ...measured });
  expect(check).toThrow(message);
});

test('accepts any other result', () => {
  expect(checkResult(LOAD, MEASURED)).toEqual(MEASURED);
});
