import { parseRecord } from '../../../../../app/src/signals/reputation/abuseipdb/response-body.ts';
import { address } from '../harness.ts';

const ADDRESS = address('205.210.31.51');
const parseBody = (body: string, of = ADDRESS) => parseRecord(body, of, 7);
const parse = (data: object) =>
  parseBody(JSON.stringify({ data: { ipAddress: ADDRESS.value, ...data } }));

test('an answer of today is read whole', () => {
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
  ['nothing but the score', {}, {}],
  [
    'null for texts',
    { usageType: null, isp: null, domain: null },
    { usage: '', isp: '', domain: '' },
  ],
  ['a wrong type for a text', { usageType: 5, isp: ['x'], domain: true }, {}],
  ['a text beyond all names', { isp: 'x'.repeat(257) }, {}],
  ['a wrong type for a count', { totalReports: '5', numDistinctUsers: null }, {}],
  ['counts that count nothing', { totalReports: -1, numDistinctUsers: 1.5 }, {}],
  ['a wrong type for a flag', { isTor: 'yes' }, {}],
])('an answer with %s is known', (_, data, fields) => {
  expect(parse({ abuseConfidenceScore: 80, ...data })).toEqual({
    score: 80,
    ...fields,
    checkedAt: 7,
  });
});

test.each([0, 25, 100])('the score %i counts', (score) => {
  expect(parse({ abuseConfidenceScore: score })).toMatchObject({ score });
});

test.each([undefined, null, '80', '', true, [80], {}, -1, 101, 12.5])(
  'the score %j is invalid, never 0',
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
])('of %s, a response for %s counts', (requested, ipAddress) => {
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
])('a response for the address %j is invalid, whatever its score', (ipAddress) => {
  expect(parse({ ipAddress, abuseConfidenceScore: 0 })).toBe('invalid');
});

test.each([
  ['two scores', `{"data":{${VALID},"abuseConfidenceScore":96}}`],
  ['two addresses', `{"data":{"ipAddress":"9.9.9.9",${VALID}}}`],
  ['two records', `{"data":{${VALID}},"data":{${VALID}}}`],
  ['errors beside the record', `{"errors":[{"status":429}],"data":{${VALID}}}`],
  ['an error beside the record', `{"errors":{"status":429},"data":{${VALID}}}`],
  ['a list of records', `{"data":[{${VALID}}]}`],
  ['the record not in data', `{${VALID}}`],
])('a response with %s is invalid', (_, body) => {
  expect(parseBody(body)).toBe('invalid');
});

test.each([
  ['no errors', `{"errors":[],"data":{${VALID}}}`],
  ['null for errors', `{"errors":null,"data":{${VALID}}}`],
  ['a score of 0.0', `{"data":{"ipAddress":"205.210.31.51","abuseConfidenceScore":0.0}}`],
  ['field names in a text', `{"data":{${VALID},"isp":"\\"abuseConfidenceScore\\":9"}}`],
])('a response with %s counts', (_, body) => {
  expect(parseBody(body)).toMatchObject({ score: 0 });
});

test('a body that is nothing but brackets is invalid', () => {
  expect(parseBody('['.repeat(131_072) + ']'.repeat(131_072))).toBe('invalid');
});

test.each(['{}', '[]', 'null', '0', '"x"', '{"data":[]}', '{"data":null}', '{"errors":[]}'])(
  'the JSON %s is invalid',
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
])('the body %j is no answer of the API', (body) => {
  expect(parseBody(body)).toBe('upstream');
});
