import type { Socket } from 'node:net';
import { type Load, startLoad } from '../support/load.ts';
import { startLoadBalancer, type TestLoadBalancer } from '../support/load-balancer.ts';
import { readToEnd } from '../support/raw-http.ts';
import { type Fleet, startFleet } from './fleet.ts';
import { CLOSES, CLOSING, decisions, flaws, idleConnection, pieces, signal } from './leaving.ts';
import type { ServiceProcess } from './service.ts';

/** Milliseconds for a whole scenario; a machine that others use as well needs many times what it takes. */
const PATIENCE = 180_000;

/** Milliseconds; long enough for all that follows the signal, on a busy machine too. */
const DRAIN_DELAY = 10_000;

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet();
});

afterAll(() => fleet.stop());

const lanes = () => [
  { clients: 36, body: fleet.known, leavesAfter: 4 },
  { clients: 12, body: fleet.cold, leavesAfter: 2 },
];

const endlessLanes = () => lanes().map(({ clients, body }) => ({ clients, body }));

describe('SIGTERM under load', () => {
  let service: ServiceProcess;
  let load: Load;
  let sent: number;
  let taken: number;
  let health: readonly Response[];
  let lateAnswers: readonly string[];
  let idleEnds: readonly string[];

  beforeAll(async () => {
    service = await fleet.start({ DRAIN_DELAY_MS: String(DRAIN_DELAY) });
    load = startLoad({ port: service.port, lanes: lanes() });
    await load.more(2000);
    const connections = () =>
      Promise.all(Array.from({ length: 10 }, () => idleConnection(service, fleet.known())));
    const late = await connections();
    const idle = await connections();
    const ends = idle.map(endOf);
    sent = performance.now();
    await signal(service, 'SIGTERM');
    taken = performance.now();
    health = await Promise.all(
      ['/readyz', '/healthz'].map((path) => fetch(`http://127.0.0.1:${service.port}${path}`)),
    );
    const answers = late.map(readToEnd);
    for (const connection of late) connection.write(pieces(fleet.known()).join(''));
    lateAnswers = await Promise.all(answers);
    await load.ended;
    idleEnds = await Promise.all(ends);
  }, PATIENCE);

  afterAll(() => load.stop());

  test('it is alive and no longer ready, at once', () => {
    const seen = health.map(({ status, headers }) => [status, headers.get('connection')]);
    expect(seen).toEqual([
      [503, 'close'],
      [200, 'close'],
    ]);
  });

  test('not one request is lost, or answered with anything but a decision', () => {
    expect(flaws(load)).toEqual([]);
    expect(load.answers.length).toBeGreaterThan(2000);
  });

  test('what is under way is answered', () => {
    // Such an answer says that the service had taken the signal by then.
    const underWay = load.answers.filter(({ sent: at, closes }) => at < sent && closes);
    expect(underWay.length).toBeGreaterThan(0);
  });

  test('each answer to what follows ends its connection', () => {
    const later = load.answers.filter(({ sent: at }) => at > taken);
    expect(later.length).toBeGreaterThan(20);
    expect(later.filter(({ closes }) => !closes)).toEqual([]);
  });

  test('what is sent on connections that were idle is answered, and they are ended', () => {
    for (const answer of lateAnswers) expect(answer).toMatch(CLOSES);
  });

  test('connections that stay idle are ended and not reset', () => {
    expect(idleEnds).toEqual(Array(10).fill('ended'));
  });

  test('the process ends by itself, in time, and has recorded each decision', async () => {
    expect(await service.process.exited).toBe(0);
    const took = performance.now() - sent;
    expect(took).toBeGreaterThanOrEqual(DRAIN_DELAY);
    expect(took).toBeLessThan(DRAIN_DELAY + CLOSING);
    // Those of the twenty connections come on top: a first answer each, and a second one of ten.
    expect(decisions(service)).toBe(load.answers.length + 30);
  });
});

describe('Behind a load balancer, two processes are replaced, one after the other, under load', () => {
  const DEPLOYS = 3;
  let balancer: TestLoadBalancer;
  let load: Load;
  let exits: readonly (number | string)[];
  const started: ServiceProcess[] = [];

  const join = async () => {
    const service = await fleet.start({ DRAIN_DELAY_MS: String(DRAIN_DELAY) });
    await balancer.register(service.port);
    started.push(service);
  };

  const leave = async (service: ServiceProcess) => {
    // ECS sends the signal when the load balancer has let go; here it comes as early as can be.
    const gone = balancer.deregister(service.port);
    await signal(service, 'SIGTERM');
    await gone;
  };

  beforeAll(async () => {
    balancer = await startLoadBalancer();
    await Promise.all([join(), join()]);
    load = startLoad({ port: balancer.port, lanes: endlessLanes() });
    for (let deploy = 0; deploy < DEPLOYS; deploy++) {
      await join();
      await load.more(300);
      await leave(started[deploy] as ServiceProcess);
    }
    exits = await Promise.all(started.slice(0, DEPLOYS).map(({ process }) => process.exited));
    await load.stop();
    await Promise.all(started.map(({ process }) => process.end()));
  }, PATIENCE);

  afterAll(async () => {
    await load.stop();
    await balancer.close();
  });

  test('not one request is lost, or answered with anything but a decision', () => {
    expect(balancer.failures).toEqual([]);
    expect(flaws(load)).toEqual([]);
    expect(load.answers.length).toBeGreaterThan(1000);
  });

  test('each request is decided once, by one of the processes', () => {
    const decided = started.reduce((sum, service) => sum + decisions(service), 0);
    expect(decided).toBe(load.answers.length);
    expect(started.filter((service) => decisions(service) === 0)).toEqual([]);
  });

  test('each that leaves has taken requests after the signal, and has ended by itself', () => {
    const late = started.slice(0, DEPLOYS).map((service) => decisions(service, /"draining"/));
    expect(Math.min(...late)).toBeGreaterThan(5);
    expect(exits).toEqual(Array(DEPLOYS).fill(0));
  });
});

/** How a connection comes to its end. */
function endOf(connection: Socket): Promise<string> {
  return new Promise((resolve) => {
    connection.resume();
    connection.once('error', (error) => resolve(error.message));
    connection.once('end', () => resolve('ended'));
  });
}
