import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { type Edge, startEdge } from '../support/edge/index.ts';
import { type Configuration, synthesize } from '../support/stack.ts';

/* Real requests through CloudFront, the firewall and the load balancer of the stack. */

const KEY = 'k'.repeat(48);

let service: Server;
let edge: Edge | undefined;

beforeAll(async () => {
  service = createServer((_, response) => response.end('{}'));
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
});

afterAll(() => {
  service.close();
  service.closeAllConnections();
});

afterEach(async () => {
  await edge?.close();
  edge = undefined;
});

/** The public addresses of the NAT gateways, by logical id. */
function gatewaysOf(configuration: Configuration): Record<string, string> {
  const ids = synthesize(configuration)
    .resources('AWS::EC2::EIP')
    .map(({ id }) => id);
  return Object.fromEntries(ids.map((id, index) => [id, `203.0.113.${100 + index}`]));
}

/** Starts the edge of a configuration, and returns a function that calls the action through it. */
async function start(configuration: Configuration, clientAddress: string) {
  const { port } = service.address() as AddressInfo;
  const started = await startEdge({
    template: JSON.parse(synthesize(configuration).text),
    service: `http://127.0.0.1:${port}`,
    clientAddress,
    now: () => 0,
    values: gatewaysOf(configuration),
  });
  edge = started;
  return async (headers: Record<string, string> = {}): Promise<number> => {
    const response = await fetch(`${started.url}${ACTION_PATH}`, {
      method: 'POST',
      headers: { 'x-api-key': KEY, ...headers },
      body: '{}',
    });
    await response.arrayBuffer();
    return response.status;
  };
}

describe.each<[Configuration]>([
  ['a limit for each address'],
  ['a limit for each address, certificate'],
])('With %s', (configuration) => {
  test.each<[name: string, headers: (index: number) => Record<string, string>]>([
    ['a junk credential', (index) => ({ 'x-api-key': `junk-credential-${index}` })],
    ['a forged viewer address', (index) => ({ 'X-Risk-Gate-Viewer-Address': `192.0.2.${index}` })],
    ['a forged X-Forwarded-For', (index) => ({ 'X-Forwarded-For': `192.0.2.${index}` })],
  ])('a caller does not evade the limit by %s', async (_, headers) => {
    const post = await start(configuration, '198.51.100.20');
    const statuses = new Map<number, number>();
    for (let index = 0; index < 220; index += 1) {
      const status = await post(headers(index));
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 200: 200, 503: 20 });
    edge?.connectFrom('203.0.113.9');
    expect(await post()).toBe(200);
  });
});

describe.each<[Configuration]>([
  ['allowed addresses, cloudfront'],
  ['allowed addresses, certificate'],
])('With %s', (configuration) => {
  test.each<[name: string, address: string, headers: Record<string, string>, status: number]>([
    ['an allowed address', '198.51.100.7', {}, 200],
    ['an allowed network', '192.0.2.99', {}, 200],
    // The canary runs behind it.
    ['the NAT gateway of the stack', '203.0.113.100', {}, 200],
    ['another address', '203.0.113.9', {}, 503],
    ['a forged viewer address', '203.0.113.9', { 'x-risk-gate-viewer-address': '192.0.2.1' }, 503],
    ['a forged X-Forwarded-For', '203.0.113.9', { 'x-forwarded-for': '192.0.2.1' }, 503],
    ['a forged address of nobody', '198.51.100.7', { 'x-risk-gate-viewer-address': 'none' }, 200],
  ])('a call from %s', async (_, address, headers, status) => {
    const post = await start(configuration, address);
    expect(await post(headers)).toBe(status);
  });
});
