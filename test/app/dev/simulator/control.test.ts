import {
  type CheckData,
  type Simulator,
  startSimulator,
} from '../../../../app/dev/simulator/simulator.ts';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

async function control(method: string, path: string, body?: unknown) {
  const text = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const response = await fetch(new URL(`/simulator/${path}`, simulator.url), {
    method,
    ...(text === undefined ? {} : { body: text }),
  });
  return { status: response.status, body: (await response.json()) as { error: string } };
}

async function check(address: string) {
  const url = `${simulator.url}/check?ipAddress=${encodeURIComponent(address)}`;
  const response = await fetch(url, { headers: { Key: 'k' } });
  return { status: response.status, body: (await response.json()) as { data: CheckData } };
}

describe('The control API', () => {
  test('sets and clears a fault', async () => {
    const fault = { kind: 'status', status: 503 };
    expect(await control('PUT', 'fault', fault)).toEqual({
      status: 200,
      body: { fault, address: 'all' },
    });
    expect((await check('8.8.4.4')).status).toBe(503);
    expect((await control('DELETE', 'fault')).status).toBe(200);
    expect((await check('8.8.4.4')).status).toBe(200);
  });

  test('sets and clears the fault of one address', async () => {
    await control('PUT', 'fault', { kind: 'status', status: 503, address: '8.8.4.4' });
    await control('PUT', 'fault', { kind: 'status', status: 500, address: '1.0.0.1' });
    expect((await check('8.8.4.4')).status).toBe(503);
    expect((await check('9.9.9.9')).status).toBe(200);
    await control('DELETE', 'fault?address=8.8.4.4');
    expect((await check('8.8.4.4')).status).toBe(200);
    expect((await check('1.0.0.1')).status).toBe(500);
  });

  test.each([
    { kind: 'slow', ms: 1 },
    { kind: 'drip', ms: 1 },
    { kind: 'hang' },
    { kind: 'reset' },
    { kind: 'truncated' },
    { kind: 'html' },
    { kind: 'status', status: 521, html: true },
    { kind: 'quota', headers: true, retryAfter: 5 },
    { kind: 'quota', headers: true, retryAfter: 'soon' },
    { kind: 'score', value: null },
    { kind: 'address', value: 'other' },
  ])('accepts the fault %j', async (fault) => {
    expect(await control('PUT', 'fault', fault)).toMatchObject({ status: 200, body: { fault } });
  });

  test('sets the record of an address, escaped or not', async () => {
    await control('PUT', 'records/8.8.4.4', { abuseConfidenceScore: 80 });
    await control('PUT', 'records/2600%3A%3A1', { abuseConfidenceScore: 70, domain: null });
    expect((await check('8.8.4.4')).body.data.abuseConfidenceScore).toBe(80);
    expect((await check('2600::1')).body.data).toMatchObject({
      abuseConfidenceScore: 70,
      domain: null,
    });
  });

  test('sets the remaining quota', async () => {
    await control('PUT', 'quota', { remaining: 0 });
    expect((await check('8.8.4.4')).status).toBe(429);
  });

  test.each([
    ['invalid JSON', 'PUT', 'fault', '{kind', 400, /^The body is not valid JSON\.$/],
    ['an array', 'PUT', 'fault', [], 400, /expected object/],
    ['an unknown fault', 'PUT', 'fault', { kind: 'fire' }, 400, /slow, drip, hang, reset/],
    ['a fault without its delay', 'PUT', 'fault', { kind: 'slow' }, 400, /\bms\b.*number/],
    ['a negative delay', 'PUT', 'fault', { kind: 'slow', ms: -1 }, 400, /\bms\b/],
    ['an unknown status', 'PUT', 'fault', { kind: 'status', status: 418 }, 400, /401\|402/],
    ['an unknown field', 'PUT', 'fault', { kind: 'hang', for: 3 }, 400, /"for"/],
    [
      'a fault for a host name',
      'PUT',
      'fault',
      { kind: 'hang', address: 'x' },
      400,
      /"x" is not a valid IPv4/,
    ],
    ['a record for a host name', 'PUT', 'records/x', {}, 400, /"x" is not a valid IPv4/],
    ['an invalid escape', 'PUT', 'records/%zz', {}, 400, /is not a valid IPv4/],
    ['a score over 100', 'PUT', 'records/8.8.4.4', { abuseConfidenceScore: 101 }, 400, /<=100/],
    ['a misspelt field', 'PUT', 'records/8.8.4.4', { score: 1 }, 400, /"score"/],
    ['a negative quota', 'PUT', 'quota', { remaining: -1 }, 400, /remaining/],
    ['a body that is too long', 'PUT', 'quota', 'x'.repeat(70_000), 413, /65536/],
    ['a wrong method', 'POST', 'fault', { kind: 'hang' }, 405, /PUT or DELETE/],
    [
      'an unknown path',
      'PUT',
      'faults',
      { kind: 'hang' },
      404,
      /fault, quota, blacklist, check-block or records/,
    ],
  ])(
    'rejects %s with one sentence and changes nothing',
    async (_, method, path, body, status, error) => {
      const response = await control(method, path, body);
      expect(response).toEqual({ status, body: { error: expect.stringMatching(error) } });
      expect(response.body.error).toMatch(/^[^\n]+\.$/);
      expect(await check('8.8.4.4')).toMatchObject({
        status: 200,
        body: { data: { isPublic: true, ipAddress: '8.8.4.4' } },
      });
    },
  );

  test('does not count its requests as checks', async () => {
    await control('PUT', 'quota', { remaining: 5 });
    expect(simulator.checks).toEqual([]);
  });
});
