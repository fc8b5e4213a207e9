import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { payloadFrom } from '../support/payloads.ts';
import { SECRET } from '../support/running-service.ts';
import type { Plan, Report } from './plan.ts';

// The process that sends: in the test's own one, the simulated AbuseIPDB and DynamoDB would delay it.

/** Takes the connection that has been idle for longest, so that the service ends none of them. */
const agent = new Agent({
  keepAlive: true,
  maxFreeSockets: Number.POSITIVE_INFINITY,
  scheduling: 'fifo',
});
const [BEFORE = '', AFTER = ''] = payloadFrom('ADDRESS').split('ADDRESS');

/** Sends one request. Gives the status and body, or `error` and why there is none. Never rejects. */
function ask(origin: string, address: string): Promise<string> {
  const body = BEFORE + address + AFTER;
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(`error ${error.code}`);
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-api-key': SECRET,
    };
    const outgoing = request(
      origin + ACTION_PATH,
      { method: 'POST', agent, headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        response.on('end', () => resolve(`${response.statusCode} ${text}`)).on('error', failed);
      },
    );
    outgoing.on('error', failed).end(body);
  });
}

async function run(plan: Plan): Promise<Report> {
  const { origins, addresses, pace, connections = Number.POSITIVE_INFINITY } = plan;
  agent.maxSockets = connections;
  const milliseconds: number[] = [];
  const answer: number[] = [];
  const answers = new Map<string, number>();
  const inFlight: number[] = [];
  let underWay = 0;
  const watch = setInterval(() => inFlight.push(underWay), 100);
  const send = async (index: number, due: number) => {
    underWay += 1;
    const text = await ask(origins[index % origins.length] ?? '', addresses[index] ?? '');
    underWay -= 1;
    milliseconds[index] = performance.now() - due;
    if (!answers.has(text)) answers.set(text, answers.size);
    answer[index] = answers.get(text) ?? 0;
  };
  const start = performance.now();
  const begun = process.cpuUsage();
  if ('perSecond' in pace) await sendBySchedule(addresses.length, pace.perSecond, send);
  else await sendFromPools(addresses.length, origins.length, pace.inFlight, send);
  clearInterval(watch);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(begun);
  const cpu = (user + system) / 1000;
  return { seconds, milliseconds, answer, answers: [...answers.keys()], inFlight, cpu };
}

type Send = (index: number, due: number) => Promise<void>;

async function sendBySchedule(count: number, perSecond: number, send: Send): Promise<void> {
  const start = performance.now();
  const sent: Promise<void>[] = [];
  while (sent.length < count) {
    const due = start + (sent.length * 1000) / perSecond;
    if (due <= performance.now()) sent.push(send(sent.length, due));
    else await wait(1);
  }
  await Promise.all(sent);
}

async function sendFromPools(
  count: number,
  origins: number,
  inFlight: number,
  send: Send,
): Promise<void> {
  const connection = async (next: { index: number }) => {
    while (next.index < count) {
      const { index } = next;
      next.index += origins;
      await send(index, performance.now());
    }
  };
  const pools = Array.from({ length: origins }, (_, origin) => ({ index: origin }));
  await Promise.all(
    pools.flatMap((next) => Array.from({ length: inFlight }, () => connection(next))),
  );
}

process.on('message', (plan: Plan) => {
  void run(plan).then((report) => process.send?.(report));
});

// A test that is killed leaves no process behind.
process.on('disconnect', () => process.exit(1));
