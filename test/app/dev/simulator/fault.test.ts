import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ApiError } from '../../../../app/dev/simulator/errors.ts';
import {
  type CheckData,
  type Fault,
  type Simulator,
  startSimulator,
} from '../../../../app/dev/simulator/simulator.ts';

const NOON = Date.UTC(2025, 4, 20, 12);
const ADDRESS = '14.102.69.58';

let simulator: Simulator;
let clients: Socket[];
beforeEach(async () => {
  clients = [];
  simulator = await startSimulator({ now: () => NOON });
});
afterEach(async () => {
  for (const client of clients) client.destroy();
  await simulator.close();
});

function check(address = ADDRESS): Promise<Response> {
  return fetch(`${simulator.url}/check?ipAddress=${address}`, { headers: { Key: 'k' } });
}

async function bodyOf(response: Response) {
  return (await response.json()) as { data: CheckData; errors: ApiError[] };
}

/** A client at socket level, which sees how a connection ends and in which chunks bytes arrive. */
async function connectClient(address = ADDRESS) {
  const { hostname, port, pathname } = new URL(simulator.url);
  const socket = connect(Number(port), hostname);
  clients.push(socket);
  const chunks: string[] = [];
  socket.on('data', (chunk) => chunks.push(chunk.toString()));
  const ended = new Promise<'FIN' | 'RST'>((resolve) => {
    socket.once('end', () => resolve('FIN'));
    socket.once('error', () => resolve('RST'));
  });
  await once(socket, 'connect');
  socket.write(
    `GET ${pathname}/check?ipAddress=${address} HTTP/1.1\r\nHost: x\r\nKey: k\r\nConnection: close\r\n\r\n`,
  );
  return { chunks, ended, text: () => chunks.join('') };
}

function parse(text: string) {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { head, body, promised: Number(/content-length: (\d+)/i.exec(head)?.[1]) };
}

describe('At socket level', () => {
  test('reset sends a status and half of the response, then RST', async () => {
    simulator.setFault({ kind: 'reset' });
    const client = await connectClient();
    expect(await client.ended).toBe('RST');
    const { head, body, promised } = parse(client.text());
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    expect(body.length).toBeGreaterThan(0);
    expect(body.length).toBeLessThan(promised);
    await expect(check().then((response) => response.text())).rejects.toThrow();
  });

  test('truncated ends the connection in the middle of the JSON', async () => {
    simulator.setFault({ kind: 'truncated' });
    const client = await connectClient();
    expect(await client.ended).toBe('FIN');
    const { head, body, promised } = parse(client.text());
    expect(head).toMatch(/^HTTP\/1\.1 200 /);
    expect(body.length).toBeGreaterThan(0);
    expect(body.length).toBeLessThan(promised);
    await expect(check().then((response) => response.text())).rejects.toThrow();
  });

  test('drip sends the headers first, then the correct body byte by byte', async () => {
    simulator.setFault({ kind: 'drip', ms: 1 });
    const client = await connectClient();
    expect(await client.ended).toBe('FIN');
    expect(client.chunks[0]).toMatch(/^HTTP\/1\.1 200 /);
    const { body, promised } = parse(client.text());
    expect(parse(client.chunks[0] ?? '').body.length).toBeLessThan(2);
    expect(client.chunks.length).toBeGreaterThan(promised / 4);
    expect(JSON.parse(body).data.ipAddress).toBe(ADDRESS);
  });

  test('hang sends nothing, while other requests get a response', async () => {
    simulator.setFault({ kind: 'hang' }, ADDRESS);
    const client = await connectClient();
    expect((await check('8.8.4.4')).status).toBe(200);
    expect((await check('1.0.0.1')).status).toBe(200);
    expect(simulator.checks.map((call) => call.address)).toContain(ADDRESS);
    expect(client.text()).toBe('');
    await simulator.close();
    await client.ended;
    expect(client.text()).toBe('');
  });

  test('slow sends nothing before its delay, while other requests get a response', async () => {
    simulator.setFault({ kind: 'slow', ms: 3_600_000 }, ADDRESS);
    const client = await connectClient();
    while (simulator.checks.length === 0) await new Promise(setImmediate);
    expect((await check('8.8.4.4')).status).toBe(200);
    expect(client.text()).toBe('');
  });

  test('slow sends a correct response after its delay', async () => {
    simulator.setFault({ kind: 'slow', ms: 20 });
    const { data } = await bodyOf(await check());
    expect(data.ipAddress).toBe(ADDRESS);
  });
});

describe('Instead of the correct response', () => {
  test('html is a challenge page with status 200', async () => {
    simulator.setFault({ kind: 'html' });
    const response = await check();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.has('x-ratelimit-limit')).toBe(false);
    expect(await response.text()).toContain('Just a moment...');
  });

  test.each([401, 402, 403, 404, 422, 500, 502, 503, 504, 521] as const)(
    'status %i has an error body or an HTML page',
    async (status) => {
      simulator.setFault({ kind: 'status', status });
      const plain = await check();
      expect(plain.status).toBe(status);
      expect(await plain.json()).toMatchObject({
        errors: [{ detail: expect.any(String), status }],
      });

      simulator.setFault({ kind: 'status', status, html: true });
      const page = await check();
      expect(page.status).toBe(status);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
      expect(await page.text()).toContain(`<title>${status}: `);
    },
  );

  test.each<[string, Fault, string | null, string | null]>([
    ['without headers', { kind: 'quota', headers: false }, null, null],
    ['until midnight', { kind: 'quota', headers: true }, '43200', `${NOON / 1000 + 43_200}`],
    [
      'for a given time',
      { kind: 'quota', headers: true, retryAfter: 90 },
      '90',
      `${NOON / 1000 + 90}`,
    ],
    ['with invalid headers', { kind: 'quota', headers: true, retryAfter: 'soon' }, 'soon', 'soon'],
  ])('quota %s is a 429 that does not use the quota', async (_, fault, retryAfter, reset) => {
    simulator.setFault(fault);
    const response = await check();
    expect(response.status).toBe(429);
    expect(response.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect(response.headers.get('x-ratelimit-reset')).toBe(reset);
    expect((await bodyOf(response)).errors[0]?.detail).toMatch(
      /^Daily rate limit of 1000 requests/,
    );

    simulator.setFault(undefined);
    expect((await check()).headers.get('x-ratelimit-remaining')).toBe('999');
  });

  test('no-quota-headers is correct but for the headers, and uses the quota', async () => {
    const right = await bodyOf(await check());
    simulator.setFault({ kind: 'no-quota-headers' });
    const response = await check();
    expect(response.status).toBe(200);
    expect([...response.headers.keys()].filter((name) => /ratelimit|retry/.test(name))).toEqual([]);
    expect(await bodyOf(response)).toEqual(right);
    simulator.setFault(undefined);
    expect((await check()).headers.get('x-ratelimit-remaining')).toBe('997');
  });

  test.each([
    { value: 'missing', expected: undefined },
    { value: 'text', expected: '48' },
    { value: 101, expected: 101 },
    { value: -1, expected: -1 },
    { value: 12.5, expected: 12.5 },
    { value: null, expected: null },
  ] as const)('score $value is 200 with just that score wrong', async ({ value, expected }) => {
    const right = (await bodyOf(await check())).data;
    simulator.setFault({ kind: 'score', value });
    const response = await check();
    expect(response.status).toBe(200);
    const { data } = await bodyOf(response);
    expect(data).toEqual({ ...right, abuseConfidenceScore: expected });
    expect('abuseConfidenceScore' in data).toBe(value !== 'missing');
  });

  test.each([
    { value: 'missing', expected: undefined },
    { value: 'other', expected: '192.0.2.1' },
  ] as const)('address $value is 200 with just that address wrong', async ({ value, expected }) => {
    const right = (await bodyOf(await check())).data;
    simulator.setFault({ kind: 'address', value });
    const response = await check();
    expect(response.status).toBe(200);
    const { data } = await bodyOf(response);
    expect(data).toEqual({ ...right, ipAddress: expected });
    expect('ipAddress' in data).toBe(value !== 'missing');
  });
});

describe('A fault', () => {
  const statusOf = async (address: string) => (await check(address)).status;

  test('for one address does not affect others, and applies to every spelling', async () => {
    simulator.setFault({ kind: 'status', status: 503 }, '2600:0::1');
    expect(await statusOf('2600::1')).toBe(503);
    expect(await statusOf('2600::2')).toBe(200);
  });

  test('for one address takes precedence over that for all until it is cleared', async () => {
    simulator.setFault({ kind: 'status', status: 500 });
    simulator.setFault({ kind: 'status', status: 503 }, ADDRESS);
    expect(await statusOf(ADDRESS)).toBe(503);
    simulator.setFault(undefined, ADDRESS);
    expect(await statusOf(ADDRESS)).toBe(500);
  });

  test('for all, when cleared, clears every fault', async () => {
    simulator.setFault({ kind: 'status', status: 500 });
    simulator.setFault({ kind: 'status', status: 503 }, ADDRESS);
    simulator.setFault(undefined);
    expect(await statusOf(ADDRESS)).toBe(200);
  });
});
