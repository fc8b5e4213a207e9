import { request as httpRequest } from 'node:http';
import { ACTION_PATH } from '../../../app/src/http/paths.ts';
import { applyResponse } from '../../../app/tools/identity-server/index.ts';
import { createTestApp, startTestApp } from '../../support/http-app.ts';
import { PAYLOADS, payload, payloadFrom } from '../../support/payloads.ts';
import { exchange, statusesOf } from '../../support/raw-http.ts';
import { type RunningService, SECRET, startTestService } from '../../support/running-service.ts';

/** In every invalid request; must not be in the response. */
const MARKER = 'f00d-marker-1b3d';

let service: RunningService;

beforeAll(async () => {
  service = await startTestService();
});

afterAll(() => service.stop());

/** Returns a response's body, and what the identity server makes of the response. */
async function interpret(body: string, response: Response) {
  const text = await response.text();
  const contentType = response.headers.get('content-type') ?? undefined;
  return {
    text,
    outcome: applyResponse(body, { status: response.status, contentType, body: text }),
  };
}

describe('an invalid request gets an error that the identity server does not retry:', () => {
  const right = { 'x-api-key': SECRET };
  const good = payload('01');
  const large = JSON.stringify({ ...JSON.parse(good), padding: MARKER.repeat(70_000) });

  test.each<[string, number, string, Record<string, string>]>([
    ['no credential', 401, good, {}],
    ['a wrong credential', 401, good, { 'x-api-key': MARKER }],
    ['an empty credential', 401, good, { 'x-api-key': '' }],
    ['the right secret under another scheme', 401, good, { authorization: `Bearer ${SECRET}` }],
    ['a wrong credential and an invalid body', 401, MARKER, { 'x-api-key': MARKER }],
    ['no body', 400, '', right],
    ['invalid JSON', 400, `{"actionType": ${MARKER}}`, right],
    ['JSON that is not an object', 400, `["${MARKER}"]`, right],
    ['a byte order mark before the JSON', 400, `\uFEFF${good}`, right],
    ['another action', 400, JSON.stringify({ actionType: MARKER, event: {} }), right],
    ['no event', 400, JSON.stringify({ actionType: 'PRE_ISSUE_ACCESS_TOKEN', x: MARKER }), right],
    [
      'no access token',
      400,
      JSON.stringify({ actionType: 'PRE_ISSUE_ACCESS_TOKEN', event: { request: MARKER } }),
      right,
    ],
    ['a body over 1 MiB', 400, large, right],
  ])('%s: %i', async (_, status, body, headers) => {
    const response = await service.post(body, headers);
    expect(response.status).toBe(status);
    const { text, outcome } = await interpret(payload('01'), response);
    expect(outcome).toMatchObject({ kind: 'server-error', retried: false });
    expect(JSON.parse(text)).toEqual({
      actionStatus: 'ERROR',
      errorMessage: expect.stringMatching(/./),
      errorDescription: expect.stringMatching(/./),
    });
    expect(text).not.toContain(MARKER);
    expect(JSON.stringify([...response.headers])).not.toContain(MARKER);
  });

  test('a wrong and a missing credential get the same response, with a challenge', async () => {
    const responses = await Promise.all(
      [undefined, 'wrong']
        .map((key): Record<string, string> => (key ? { 'x-api-key': key } : {}))
        .map((headers) => service.post(good, headers)),
    );
    const seen = await Promise.all(
      responses.map(async (response) => {
        const headers = [...response.headers].filter(([name]) => name !== 'date');
        return [response.status, headers, await response.text()];
      }),
    );
    expect(seen[0]).toEqual(seen[1]);
    expect(responses[0]?.headers.get('www-authenticate')).toContain('realm="risk-gate"');
  });

  test('a chunked body over the limit is rejected, and its sender can read the response', async () => {
    const { status, text } = await postChunks(service.origin, 80, Buffer.alloc(64 * 1024, 'x'));
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ actionStatus: 'ERROR' });
  });

  test('an internal error is a 500 that is not retried, and its stack is reported', async () => {
    const errors: unknown[] = [];
    const { server, origin } = await startTestApp({
      handleAction: () => Promise.reject(new Error(MARKER)),
      onInternalError: (error) => errors.push(error),
    });
    try {
      const response = await fetch(origin + ACTION_PATH, {
        method: 'POST',
        body: good,
      });
      expect(response.status).toBe(500);
      const { text, outcome } = await interpret(good, response);
      expect(outcome).toMatchObject({ kind: 'server-error', retried: false });
      expect(text).not.toContain(MARKER);
      expect(errors).toEqual([expect.objectContaining({ stack: expect.stringContaining(MARKER) })]);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe('every request of the identity server gets a decision:', () => {
  test.each(PAYLOADS)('%s', async (name) => {
    const body = payload(name);
    const response = await service.post(body);
    expect(response.status).toBe(200);
    const { outcome } = await interpret(body, response);
    expect(['token', 'refused']).toContain(outcome.kind);
    expect(outcome).not.toHaveProperty('dropped.0');
  });

  test('a body just under the limit gets a decision', async () => {
    const body = JSON.parse(payloadFrom('205.210.31.51'));
    const size = 1024 * 1024 - JSON.stringify({ ...body, padding: '' }).length;
    const response = await service.post(JSON.stringify({ ...body, padding: 'x'.repeat(size) }));
    expect(await response.json()).toEqual({ actionStatus: 'SUCCESS' });
  });

  test('the response has the id of the decision record', async () => {
    const response = await service.post(payloadFrom('205.210.31.51'));
    const id = response.headers.get('x-decision-id');
    expect(service.decisions().map((record) => record.decision_id)).toContain(id);
  });
});

describe('other requests:', () => {
  test.each([
    ['GET', '/healthz', 200],
    ['GET', '/readyz', 200],
    ['GET', ACTION_PATH, 405],
    ['PUT', ACTION_PATH, 405],
    ['POST', '/', 404],
    ['GET', '/.env', 404],
  ])('%s %s returns %i', async (method, path, status) => {
    const response = await fetch(`${service.origin}${path}`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/json');
  });

  const json = (body: string) =>
    `X-API-Key: ${SECRET}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
  const action = payloadFrom('205.210.31.51');

  test.each([
    ['the action in absolute form', `POST http://gate.example${ACTION_PATH}`, 200],
    ['the action in absolute form with a port', `POST http://gate.example:3000${ACTION_PATH}`, 200],
    ['the action in absolute form over https', `POST HTTPS://gate.example${ACTION_PATH}?a=b`, 200],
    ['the action with a query', `POST ${ACTION_PATH}?a=b`, 200],
    ['the action with another method', `PUT http://gate.example${ACTION_PATH}`, 405],
    ['a longer path', `POST http://gate.example${ACTION_PATH}s`, 404],
    ['the action inside another path', `POST http://gate.example/x${ACTION_PATH}`, 404],
    ['the action as the query of another path', `POST http://gate.example/?${ACTION_PATH}`, 404],
    ['a relative target', `POST x${ACTION_PATH}`, 400],
    ['the health check in absolute form', 'GET http://gate.example/healthz', 200],
  ])('a request target with %s', async (_, line, status) => {
    const port = Number(new URL(service.origin).port);
    const request = `${line} HTTP/1.1\r\nHost: gate.example\r\n${json(action)}`;
    expect(statusesOf(await exchange(port, [request]))).toEqual([status]);
  });

  test.each([
    ['/healthz', '1.0', '', 200],
    ['/readyz', '1.0', '', 200],
    ['/healthz', '1.0', 'Host: 10.0.0.7:3000\r\n', 200],
    ['/healthz', '1.0', 'Host:\r\n', 200],
    ['/nothing', '1.0', '', 404],
    // RFC 9112, section 3.2: HTTP/1.1 must name a host.
    ['/healthz', '1.1', '', 400],
  ])('GET %s over HTTP/%s with the header "%s" returns %i', async (path, version, host, status) => {
    const port = Number(new URL(service.origin).port);
    const request = `GET ${path} HTTP/${version}\r\n${host}Connection: close\r\n\r\n`;
    expect(statusesOf(await exchange(port, [request]))).toEqual([status]);
  });

  test('the action over HTTP/1.0 without a host gets a decision', async () => {
    const port = Number(new URL(service.origin).port);
    const response = await exchange(port, [`POST ${ACTION_PATH} HTTP/1.0\r\n${json(action)}`]);
    expect(response).toContain('{"actionStatus":"SUCCESS"}');
  });

  test('an internal error on another path is a 500, and its stack is reported', async () => {
    const errors: unknown[] = [];
    const app = createTestApp({ onInternalError: (error) => errors.push(error) });
    app.get('/added', () => {
      throw new Error(MARKER);
    });
    const response = await app.request('/added');
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ actionStatus: 'ERROR' });
    expect(text).not.toContain(MARKER);
    expect(errors).toEqual([new Error(MARKER)]);
  });

  test('while the service drains, it is alive but not ready, and closes each connection', async () => {
    let draining = false;
    const { server, origin } = await startTestApp({ isDraining: () => draining });
    const get = (path: string) => fetch(origin + path);
    expect((await get('/readyz')).headers.get('connection')).toBe('keep-alive');
    draining = true;
    expect((await get('/healthz')).status).toBe(200);
    const ready = await get('/readyz');
    expect(ready.status).toBe(503);
    expect(ready.headers.get('connection')).toBe('close');
    const closed = new Promise((resolve) => server.close(resolve));
    await closed;
  });
});

/** Posts without a Content-Length, which fetch always sends with a string. */
function postChunks(
  origin: string,
  count: number,
  chunk: Buffer,
): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `${origin}${ACTION_PATH}`,
      { method: 'POST', headers: { 'x-api-key': SECRET, 'transfer-encoding': 'chunked' } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode, text }));
      },
    );
    request.on('error', reject);
    for (let sent = 0; sent < count; sent++) request.write(chunk);
    request.end();
  });
}
