import { parseRecord } from '../../../../../app/src/signals/reputation/abuseipdb/response-body.ts';
import { address } from '../harness.ts';

const ADDRESS = address('205.210.31.51');
const parseBody = (body: string, of = ADDRESS) => parseRecord(body, of, 7);
const parse = (data: object) =>
  parseBody(JSON.stringify({ data: { ipAddress: ADDRESS.value, ...data } }));

test('parses a complete response', () => {
  const data = {
    ipAddress: '205.210.31.51',
    isPublic: true,
    ipVersion: 4,
    isWhitelisted: false,
    abuseConfidenceScore: 22,
    countryCode: 'US',
    usageType: 'Data Center/Web Hosting/Transit',
    isp: 'Example Hosting',
    domain: 'hosting.example',
    hostnames: [],
    isTor: false,
    totalReports: 5,
    numDistinctUsers: 4,
    lastReportedAt: '2026-11-20T10:00:00+00:00',
    someday: { new: true },
  };
  expect(parse(data)).toEqual({
    score: 22,
    reports: 5,
    reporters: 4,
    tor: false,
    usage: 'Data Center/Web Hosting/Transit',
    isp: 'Example Hosting',
    domain: 'hosting.example',
    checkedAt: 7,
  });
});

test.each([
  ['the score only', {}, {}],
  [
    'null for strings',
    { usageType: null, isp: null, domain: null },
    { usage: '', isp: '', domain: '' },
  ],
  ['a wrong type for a string', { usageType: 5, isp: ['x'], domain: true }, {}],
  ['a string that is too long', { isp: 'x'.repeat(257) }, {}],
  ['a wrong type for a count', { totalReports: '5', numDistinctUsers: null }, {}],
  ['counts that are not valid', { totalReports: -1, numDistinctUsers: 1.5 }, {}],
  ['a wrong type for a boolean', { isTor: 'yes' }, {}],
])('accepts a response with %s', (_, data, fields) => {
  expect(parse({ abuseConfidenceScore: 80, ...data })).toEqual({
    score: 80,
    ...fields,
    checkedAt: 7,
  });
});

test.each([0, 25, 100])('accepts the score %i', (score) => {
  expect(parse({ abuseConfidenceScore: score })).toMatchObject({ score });
});

test.each([undefined, null, '80', '', true, [80], {}, -1, 101, 12.5])(
  'rejects the score %j, which must not become 0',
  (score) => {
    expect(parse({ abuseConfidenceScore: score })).toBe('invalid');
  },
);

const VALID = '"ipAddress":"205.210.31.51","abuseConfidenceScore":0';

test.each([
  ['205.210.31.51', '205.210.31.51'],
  ['205.210.31.51', '::ffff:205.210.31.51'],
  ['205.210.31.51', '::FFFF:CDD2:1F33'],
  ['2001:db8:0:1::1', '2001:db8:0:1::1'],
  ['2001:db8:0:1::1', '2001:0DB8:0000:0001:0000:0000:0000:0001'],
  ['2001:db8:0:1::1', '2001:db8::1:0:0:0:1'],
])('accepts, for %s, a response for %s', (requested, ipAddress) => {
  const body = JSON.stringify({ data: { ipAddress, abuseConfidenceScore: 80 } });
  expect(parseBody(body, address(requested))).toMatchObject({ score: 80 });
});

test.each([
  '205.210.31.5',
  '205.210.31.52',
  '::205.210.31.51',
  '2001:db8::1',
  '205.210.31.51, 205.210.31.51',
  '205.210.31.051',
  '',
  'null',
  null,
  undefined,
  3_453_099_827,
  ['205.210.31.51'],
  {},
])('rejects a response for the address %j', (ipAddress) => {
  expect(parse({ ipAddress, abuseConfidenceScore: 0 })).toBe('invalid');
});

test.each([
  ['two scores', `{"data":{${VALID},"abuseConfidenceScore":96}}`],
  ['two addresses', `{"data":{"ipAddress":"9.9.9.9",${VALID}}}`],
  ['two records', `{"data":{${VALID}},"data":{${VALID}}}`],
  ['errors beside the record', `{"errors":[{"status":429}],"data":{${VALID}}}`],
  ['an error beside the record', `{"errors":{"status":429},"data":{${VALID}}}`],
  ['a list of records', `{"data":[{${VALID}}]}`],
  ['the record outside data', `{${VALID}}`],
])('rejects a response with %s', (_, body) => {
  expect(parseBody(body)).toBe('invalid');
});

test.each([
  ['no errors', `{"errors":[],"data":{${VALID}}}`],
  ['null for errors', `{"errors":null,"data":{${VALID}}}`],
  ['a score of 0.0', `{"data":{"ipAddress":"205.210.31.51","abuseConfidenceScore":0.0}}`],
  ['field names inside a string', `{"data":{${VALID},"isp":"\\"abuseConfidenceScore\\":9"}}`],
])('accepts a response with %s', (_, body) => {
  expect(parseBody(body)).toMatchObject({ score: 0 });
});

test('rejects a body that consists of brackets', () => {
  expect(parseBody('['.repeat(131_072) + ']'.repeat(131_072))).toBe('invalid');
});

test.each(['{}', '[]', 'null', '0', '"x"', '{"data":[]}', '{"data":null}', '{"errors":[]}'])(
  'rejects the JSON %s',
  (body) => {
    expect(parseBody(body)).toBe('invalid');
  },
);

test.each([
  '',
  '<html>',
  `{"data":{${VALID}}}{"data":{${VALID}}}`,
  '{"data":{"abuseConfidenceScore":8',
  'NaN',
])('returns upstream for the body %j', (body) => {
  expect(parseBody(body)).toBe('upstream');
});
