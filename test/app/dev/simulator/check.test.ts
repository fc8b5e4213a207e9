import type { ApiError } from '../../../../app/dev/simulator/errors.ts';
import {
  type CheckData,
  type Simulator,
  startSimulator,
} from '../../../../app/dev/simulator/simulator.ts';

interface Body {
  data: CheckData;
  errors: ApiError[];
}

const KEY = 'a'.repeat(80);
const NOON = Date.UTC(2025, 4, 20, 12);
const FIELDS = [
  'ipAddress',
  'isPublic',
  'ipVersion',
  'isWhitelisted',
  'abuseConfidenceScore',
  'countryCode',
  'usageType',
  'isp',
  'domain',
  'hostnames',
  'isTor',
  'totalReports',
  'numDistinctUsers',
  'lastReportedAt',
];

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ key: KEY, now: () => NOON });
});
afterEach(() => simulator.close());

async function request(query: string, init: RequestInit = { headers: { Key: KEY } }) {
  const response = await fetch(`${simulator.url}/check${query}`, init);
  return { response, body: (await response.json()) as Body };
}

async function check(address: string, more = '') {
  const { body } = await request(`?ipAddress=${encodeURIComponent(address)}${more}`);
  return body.data;
}

describe('A response of CHECK', () => {
  test('has exactly the documented fields, as JSON, with the quota headers', async () => {
    const { response, body } = await request('?ipAddress=14.102.69.58');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('x-ratelimit-limit')).toBe('1000');
    expect(response.headers.get('x-ratelimit-remaining')).toBe('999');
    expect(response.headers.has('retry-after')).toBe(false);
    expect(response.headers.has('x-ratelimit-reset')).toBe(false);
    expect(Object.keys(body)).toEqual(['data']);
    expect(Object.keys(body.data)).toEqual(FIELDS);
  });

  test('adds the country name and the reports if the query has verbose', async () => {
    const data = await check('14.102.69.58', '&verbose');
    expect(Object.keys(data)).toEqual([...FIELDS, 'countryName', 'reports']);
    expect(data.countryName).toBe('India');
    expect(data.reports).toHaveLength(data.totalReports);
    const [report] = data.reports ?? [];
    expect(report?.reportedAt).toBe(data.lastReportedAt);
    expect(Object.keys(report ?? {})).toEqual([
      'reportedAt',
      'comment',
      'categories',
      'reporterId',
      'reporterCountryCode',
      'reporterCountryName',
    ]);
  });

  test.each([
    { address: '205.210.31.51', min: 1, max: 24, country: 'US' },
    { address: '14.102.69.58', min: 25, max: 74, country: 'IN' },
    { address: '103.159.198.178', min: 76, max: 100, country: 'ID' },
    { address: '175.45.176.0', min: 0, max: 24, country: 'KP' },
  ])('scores $address of the guide from $min to $max', async ({ address, min, max, country }) => {
    const data = await check(address);
    expect(data.abuseConfidenceScore).toBeGreaterThanOrEqual(min);
    expect(data.abuseConfidenceScore).toBeLessThanOrEqual(max);
    expect(data.countryCode).toBe(country);
  });

  test.each([
    { address: '172.17.0.17', isp: 'Private IP Address LAN', reports: 0 },
    { address: '127.0.0.1', isp: 'Loopback', reports: 0 },
    { address: 'fd00::1', isp: 'Private IP Address LAN', reports: 0 },
    { address: '203.0.113.9', isp: 'Reserved Address', reports: 0 },
    { address: '0.0.0.0', isp: 'Broadcast RFC1700', reports: 188 },
  ])('describes $address as reserved, with score 0', async ({ address, isp, reports }) => {
    expect(await check(address)).toMatchObject({
      isPublic: false,
      abuseConfidenceScore: 0,
      usageType: 'Reserved',
      isp,
      countryCode: null,
      domain: null,
      totalReports: reports,
    });
  });

  test('scores a whitelisted address 0 in spite of its reports', async () => {
    expect(await check('8.8.8.8')).toMatchObject({
      isWhitelisted: true,
      abuseConfidenceScore: 0,
      totalReports: 53,
    });
  });

  test('is the same for every spelling of an IPv6 address', async () => {
    const short = await check('2001:4860:4860::8888');
    expect(short).toMatchObject({ ipVersion: 6, isPublic: true });
    expect(await check('2001:4860:4860:0000:0000:0000:0000:8888')).toEqual(short);
  });

  test('counts reports within maxAgeInDays, and has the date of the last report ever', async () => {
    const month = await check('175.45.176.0');
    const defaulted = await check('175.45.176.0', '&maxAgeInDays=30');
    const year = await check('175.45.176.0', '&maxAgeInDays=365');
    expect(defaulted).toEqual(month);
    expect(month).toMatchObject({ totalReports: 0, numDistinctUsers: 0 });
    expect(year.totalReports).toBeGreaterThan(0);
    expect(month.lastReportedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    expect(Date.parse(month.lastReportedAt ?? '')).toBeLessThan(NOON - 30 * 86_400_000);
  });
});

describe('A rejected CHECK', () => {
  const AUTH = /^Authentication failed\./;
  const ADDRESS =
    /^The ip address must be a valid IPv4 or IPv6 address \(e\.g\. 8\.8\.8\.8 or 2001:4860:4860::8888\)\.$/;
  const AGE = /^The max age in days must be between 1 and 365\.$/;
  const good = { headers: { Key: KEY } };
  const GET = '?ipAddress=8.8.4.4';

  test.each([
    { name: 'no key', query: GET, init: {}, status: 401, detail: AUTH },
    { name: 'a wrong key', query: GET, init: { headers: { Key: 'b' } }, status: 401, detail: AUTH },
    { name: 'a wrong key parameter', query: `${GET}&key=b`, init: {}, status: 401, detail: AUTH },
    { name: 'POST', query: GET, init: { ...good, method: 'POST' }, status: 405, detail: /POST/ },
    { name: 'an unknown endpoint', query: '-all', init: good, status: 404, detail: /check-all/ },
  ])('with $name has status $status and no source', async ({ query, init, status, detail }) => {
    const { response, body } = await request(query, init);
    expect(response.status).toBe(status);
    expect(body).toEqual({ errors: [{ detail: expect.stringMatching(detail), status }] });
  });

  test.each([
    { name: 'no address', query: '', parameter: 'ipAddress', detail: /required/ },
    { name: 'an empty address', query: '?ipAddress=', parameter: 'ipAddress', detail: /required/ },
    ...[
      'example.com',
      '1.2.3',
      '010.0.0.1',
      '1.2.3.4:80',
      '[2001:db8::1]',
      'fe80::1%eth0',
      '::ffff:8.8.8.8',
      '1.2.3.0/24',
    ].map((address) => ({
      name: `the address ${address}`,
      query: `?ipAddress=${encodeURIComponent(address)}`,
      parameter: 'ipAddress',
      detail: ADDRESS,
    })),
    ...['0', '366', '-1', '1.5', 'x', ''].map((age) => ({
      name: `maxAgeInDays=${age}`,
      query: `${GET}&maxAgeInDays=${age}`,
      parameter: 'maxAgeInDays',
      detail: AGE,
    })),
  ])(
    'with $name has status 422 and the parameter as source',
    async ({ query, parameter, detail }) => {
      const { response, body } = await request(query);
      expect(response.status).toBe(422);
      expect(body).toEqual({
        errors: [{ detail: expect.stringMatching(detail), status: 422, source: { parameter } }],
      });
      expect(response.headers.get('x-ratelimit-limit')).toBe('1000');
      expect(response.headers.has('x-ratelimit-remaining')).toBe(true);
    },
  );

  test('with two invalid parameters has an error for each', async () => {
    const { body } = await request('?ipAddress=x&maxAgeInDays=0');
    expect(body.errors.map((error) => error.source)).toEqual([
      { parameter: 'ipAddress' },
      { parameter: 'maxAgeInDays' },
    ]);
  });

  test('with another method has the allowed one in its headers', async () => {
    const { response } = await request(GET, { ...good, method: 'DELETE' });
    expect(response.headers.get('allow')).toBe('GET');
  });
});

test.each([
  { name: 'the Key header', query: '', init: { headers: { Key: KEY } } },
  { name: 'the key parameter', query: `&key=${KEY}`, init: {} },
])('The key is accepted in $name', async ({ query, init }) => {
  const { response } = await request(`?ipAddress=8.8.4.4${query}`, init);
  expect(response.status).toBe(200);
});

describe('A record that was set', () => {
  test('changes only its own fields', async () => {
    const before = await check('8.8.4.4');
    simulator.setRecord('8.8.4.4', { abuseConfidenceScore: 80 });
    expect(await check('8.8.4.4')).toEqual({ ...before, abuseConfidenceScore: 80 });
  });

  test('replaces the one that was set before', async () => {
    simulator.setRecord('8.8.4.4', { isp: 'First' });
    simulator.setRecord('8.8.4.4', { isTor: true });
    const data = await check('8.8.4.4');
    expect(data.isTor).toBe(true);
    expect(data.isp).not.toBe('First');
  });

  test('omits fields that are undefined, like responses of 2019', async () => {
    simulator.setRecord('8.8.4.4', {
      hostnames: undefined,
      isTor: undefined,
      numDistinctUsers: undefined,
    });
    const omitted = ['hostnames', 'isTor', 'numDistinctUsers'];
    expect(Object.keys(await check('8.8.4.4'))).toEqual(FIELDS.filter((f) => !omitted.includes(f)));
  });

  test('applies to every spelling of its address', async () => {
    simulator.setRecord('2600:0:0::1', { abuseConfidenceScore: 33 });
    expect((await check('2600::1')).abuseConfidenceScore).toBe(33);
  });

  test('has its reports in verbose responses only', async () => {
    simulator.setRecord('8.8.4.4', { reports: [], countryName: 'Nowhere' });
    expect(Object.keys(await check('8.8.4.4'))).toEqual(FIELDS);
    expect(await check('8.8.4.4', '&verbose')).toMatchObject({
      reports: [],
      countryName: 'Nowhere',
    });
  });

  test('must be for a valid address', () => {
    expect(() => simulator.setRecord('example.com', {})).toThrow(
      '"example.com" is not a valid IPv4 or IPv6 address.',
    );
  });
});
