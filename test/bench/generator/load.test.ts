import { parseAutocannon } from './autocannon.ts';
import { ADDRESS, checkMeasured, type Load, type Measured } from './load.ts';
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

const MEASURED: Measured = {
  requests: 1000,
  seconds: 2,
  perSecond: 500,
  p50: 1.5,
  p99: 10.25,
  slowest: 99,
  failures: { timeout: 0, status: 0 },
};

test('What wrk.lua writes is read, behind what wrk writes', () => {
  const output = `Running 2s test @ http://127.0.0.1:1234
  1 threads and 32 connections
used up
  Latency     1.18ms    2.56ms
Requests/sec:    500.00

{"requests":1000,"duration":2000000,"p50":1500,"p99":10250,"slowest":99000,"failures":{"timeout":0,"status":0}}
`;
  expect(parseWrk(output)).toEqual(MEASURED);
});

test('wrk that says nothing is a fault', () => {
  expect(() => parseWrk('Running 2s test')).toThrow('wrk says nothing');
});

test('The result of autocannon is read', () => {
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

test('The template of a request has the marks that wrk.lua fills, and the bytes of all but the address', () => {
  expect(requestTemplate(LOAD)).toEqual({
    text: `POST /action HTTP/1.1\r\nhost: 127.0.0.1:1234\r\nx-api-key: k\r\ncontent-length: @length@\r\n\r\n{"ä":"@address@"}`,
    bytes: 9,
  });
});

test('The template of a request without a body has no length', () => {
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
    'Of 1000 requests some failed: 1 status, 2 timeout.',
  ],
  ['no answer', {}, { requests: 0 }, 'No request was answered.'],
  ['addresses sent again', { distinct: true }, {}, '2 addresses are too few: 1000 were asked for.'],
])('A measurement with %s is none', (_, load, measured, message) => {
  const check = () => checkMeasured({ ...LOAD, ...load }, { ...MEASURED, ...measured });
  expect(check).toThrow(message);
});

test('Any other measurement is what it is', () => {
  expect(checkMeasured(LOAD, MEASURED)).toEqual(MEASURED);
});
