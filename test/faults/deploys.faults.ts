import type { Socket } from 'node:net';
import { type ClientGroup, type Load, startLoad } from '../support/load.ts';
import { startLoadBalancer, type TestLoadBalancer } from '../support/load-balancer.ts';
import { readToEnd } from '../support/raw-http.ts';
import { type Fleet, startFleet } from './fleet.ts';
import type { ServiceProcess } from './service.ts';
import {
  CLOSING_RESPONSE,
  decisionCount,
  failuresOf,
  idleConnection,
  sendSignal,
  splitRequest,
} from './shutdown.ts';

/** Hang guard of a whole scenario. */
const SCENARIO_TIMEOUT_MS = 300_000;

/** Long enough, even on a busy machine, for everything that the tests do after the signal. */
const DRAIN_DELAY_MS = 10_000;

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});

afterAll(() => fleet.stop());

const clientGroups = (): [ClientGroup, ClientGroup] => [
  { clients: 36, body: fleet.knownRequest },
  { clients: 12, body: fleet.coldRequest },
];

/** Each client stops after a few responses that close its connection, or the load would never end. */
const stoppingClientGroups = () => {
  const [known, cold] = clientGroups();
  return [
    { ...known, maxClosedResponses: 4 },
    { ...cold, maxClosedResponses: 2 },
  ];
};

describe('SIGTERM under load', () => {
  let service: ServiceProcess;
  let load: Load;
  let drainingAt: number;
  let health: readonly Response[];
  let lateResponses: readonly string[];
  let idleEnds: readonly string[];

  beforeAll(async () => {
    service = await fleet.start({ DRAIN_DELAY_MS: String(DRAIN_DELAY_MS) });
    load = startLoad({ port: service.port, clientGroups: stoppingClientGroups() });
    await load.waitForMore(2000);
    const connections = () =>
      Promise.all(Array.from({ length: 10 }, () => idleConnection(service, fleet.knownRequest())));
    const late = await connections();
    const idle = await connections();
    const ends = idle.map(endOf);
    await sendSignal(service, 'SIGTERM');
    drainingAt = performance.now();
    health = await Promise.all(
      ['/readyz', '/healthz'].map((path) => fetch(`http://127.0.0.1:${service.port}${path}`)),
    );
    const responses = late.map(readToEnd);
    for (const connection of late) connection.write(splitRequest(fleet.knownRequest()).join(''));
    lateResponses = await Promise.all(responses);
    await load.ended;
    idleEnds = await Promise.all(ends);
  }, SCENARIO_TIMEOUT_MS);

  afterAll(() => load.stop());

  test('the service stays alive and is no longer ready', () => {
    const statuses = health.map(({ status, headers }) => [status, headers.get('connection')]);
    expect(statuses).toEqual([
      [503, 'close'],
      [200, 'close'],
    ]);
  });

  test('every request is answered with a decision', () => {
    expect(failuresOf(load)).toEqual([]);
    expect(load.responses.length).toBeGreaterThan(2000);
  });

  test('every later response closes its connection', () => {
    const later = load.responses.filter(({ sentAt }) => sentAt > drainingAt);
    expect(later.length).toBeGreaterThan(20);
    expect(later.filter(({ closes }) => !closes)).toEqual([]);
  });

  test('requests on idle connections are answered, and the connections closed', () => {
    for (const response of lateResponses) expect(response).toMatch(CLOSING_RESPONSE);
  });

  test('connections that stay idle are closed, not reset', () => {
    expect(idleEnds).toEqual(Array(10).fill('ended'));
  });

  test('the process exits without being forced to, and has recorded each decision', async () => {
    // A forced exit has another exit code.
    expect(await service.process.exited).toBe(0);
    // The twenty connections add a first response each, and a second one on ten.
    expect(decisionCount(service)).toBe(load.responses.length + 30);
  });
});

describe('a rolling deployment of two processes behind a load balancer, under load', () => {
  const DEPLOYS = 3;
  let balancer: TestLoadBalancer;
  let load: Load;
  let exits: readonly (number | string)[];
  const started: ServiceProcess[] = [];

  const join = async () => {
    const service = await fleet.start({ DRAIN_DELAY_MS: String(DRAIN_DELAY_MS) });
    await balancer.register(service.port);
    started.push(service);
  };

  const leave = async (service: ServiceProcess) => {
    // ECS sends the signal after deregistration; here it comes as early as possible.
    const deregistered = balancer.deregister(service.port);
    await sendSignal(service, 'SIGTERM');
    await deregistered;
  };

  beforeAll(async () => {
    balancer = await startLoadBalancer();
    await Promise.all([join(), join()]);
    load = startLoad({ port: balancer.port, clientGroups: clientGroups() });
    for (let deploy = 0; deploy < DEPLOYS; deploy++) {
      await join();
      await load.waitForMore(300);
      await leave(started[deploy] as ServiceProcess);
    }
    exits = await Promise.all(started.slice(0, DEPLOYS).map(({ process }) => process.exited));
    await load.stop();
    await Promise.all(started.map(({ process }) => process.end()));
  }, SCENARIO_TIMEOUT_MS);

  afterAll(async () => {
    await load.stop();
    await balancer.close();
  });

  test('every request is answered with a decision', () => {
    expect(balancer.failures).toEqual([]);
    expect(failuresOf(load)).toEqual([]);
    expect(load.responses.length).toBeGreaterThan(1000);
  });

  test('each request is decided exactly once', () => {
    const decided = started.reduce((sum, service) => sum + decisionCount(service), 0);
    expect(decided).toBe(load.responses.length);
    expect(started.filter((service) => decisionCount(service) === 0)).toEqual([]);
  });

  test('each replaced process serves requests after the signal, and exits without being forced to', () => {
    const late = started.slice(0, DEPLOYS).map((service) => decisionCount(service, /"draining"/));
    expect(Math.min(...late)).toBeGreaterThan(5);
    expect(exits).toEqual(Array(DEPLOYS).fill(0));
  });
});

/** Returns how a connection ends. */
function endOf(connection: Socket): Promise<string> {
  return new Promise((resolve) => {
    connection.resume();
    connection.once('error', (error) => resolve(error.message));
    connection.once('end', () => resolve('ended'));
  });
}
