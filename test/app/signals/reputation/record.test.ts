import { parseRecord } from '../../../../app/src/signals/reputation/record.ts';

const parse = (data: unknown) => parseRecord(JSON.stringify({ data }), 7);

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

test.each(['{}', '[]', 'null', '0', '"x"', '{"data":[]}', '{"data":null}', '{"errors":[]}'])(
  'the JSON %s is invalid',
  (body) => {
    expect(parseRecord(body, 7)).toBe('invalid');
  },
);

test.each(['', '<html>', '{"data":{"abuseConfidenceScore":8', 'NaN'])(
  'the body %j is no answer of the API',
  (body) => {
    expect(parseRecord(body, 7)).toBe('upstream');
  },
);
