/** Sends load, in its own process: in that of the test, the simulated AbuseIPDB and DynamoDB would delay it. */
import { Agent, request } from 'node:http';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { payloadFrom } from '../support/payloads.ts';
import { SECRET } from '../support/running-service.ts';
import type { Plan, Report } from './plan.ts';

/** Reuses the connection that has been idle longest, so that the service closes none of them. */
const agent = new Agent({
  keepAlive: true,
  maxFreeSockets: Number.POSITIVE_INFINITY,
  scheduling: 'fifo',
});
const [BEFORE = '', AFTER = ''] = payloadFrom('ADDRESS').split('ADDRESS');

/** Sends one request. Resolves with the status and body, or with `error` and its code; never rejects. */
function post(origin: string, address: string): Promise<string> {
  const body = BEFORE + address + AFTER;
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException) => resolve(`error ${error.code}`);
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
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve(`${response.statusCode} ${text}`)).on('error', onError);
      },
    );
    outgoing.on('error', onError).end(body);
  });
}

async function run({ origins, addresses, concurrency }: Plan): Promise<Report> {
  const responseIndexes: number[] = [];
  const indexes = new Map<string, number>();
  const clients = origins.flatMap((origin, offset) => {
    let next = offset;
    const client = async () => {
      while (next < addresses.length) {
        const index = next;
        next += origins.length;
        const response = await post(origin, addresses[index] ?? '');
        if (!indexes.has(response)) indexes.set(response, indexes.size);
        responseIndexes[index] = indexes.get(response) ?? 0;
      }
    };
    return Array.from({ length: concurrency }, client);
  });
  await Promise.all(clients);
  return { responses: [...indexes.keys()], responseIndexes };
}

process.on('message', (plan: Plan) => {
  void run(plan).then((report) => process.send?.(report));
});

// Ends with the test, even if the test is killed.
process.on('disconnect', () => process.exit(1));
