import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DailyQuota } from '../../../app/dev/simulator/quota.ts';
import { ReputationLookup } from '../../../app/src/signals/reputation/lookup.ts';
import { NO_DEADLINE, startServer } from '../../app/signals/reputation/harness.ts';
import { callerOf } from './account.ts';
import { ModelledLookup } from './lookups.ts';
import { START, Stream } from './stream.ts';

/** Small enough that the quota is scarce, and the pace, shares and budgets hold lookups back. */
const QUOTA = 150;
const LOAD = { tokensPerSecond: 0.02, days: 2, reportedDays: 2 };
/** Every n-th invented address is enough. */
const ATTACK_SAMPLE = 50;

/** A table without items. */
const EMPTY_TABLE = { send: async () => ({}) } as unknown as DynamoDBClient;

test('the model makes, for each token, the lookup and the decision of the service', async () => {
  const stream = new Stream(LOAD, 'model');
  const { addresses } = stream;
  let time = START;
  const now = () => time;
  const numbers = new Map<string, number>();
  const quota = new DailyQuota(QUOTA, now);
  const server = await startServer((request, response) => {
    const ipAddress = new URL(`http://x${request.url}`).searchParams.get('ipAddress') ?? '';
    if (!quota.tryConsume()) {
      response.writeHead(429, { ...quota.headers(), ...quota.retryHeaders() }).end();
      return;
    }
    const abuseConfidenceScore = addresses.scoreAt(numbers.get(ipAddress) ?? 0, time);
    response.writeHead(200, { 'content-type': 'application/json', ...quota.headers() });
    response.end(JSON.stringify({ data: { ipAddress, abuseConfidenceScore } }));
  });
  let heldBackBy: string | undefined;
  const reputation = new ReputationLookup({
    now,
    baseUrl: server.url,
    key: () => 'key',
    cache: { client: EMPTY_TABLE, tableName: 'table' },
    abuseIpdbTimeout: 30_000,
    hooks: {
      onHeldBack: ({ by }) => {
        heldBackBy = by;
      },
    },
  });
  const model = new ModelledLookup({
    quotas: { checks: QUOTA, blocks: 0 },
    parts: { admission: true, highScoreMemory: true, checkBlock: false },
    addresses,
    now,
  });
  const compared: unknown[] = [];
  const modelled: unknown[] = [];
  try {
    for (let day = 0; day < LOAD.days; day += 1) {
      for (const token of tokensOf(stream, day)) {
        const address = addresses.addressOf(token.address);
        const caller = callerOf(token.client, token.user);
        const hasReason = () => addresses.hasReason(token.address, token.time);
        numbers.set(address.value, token.address);
        time = token.time;
        heldBackBy = undefined;
        const before = server.requests;
        const signal = await reputation.lookup(address, NO_DEADLINE, { caller, hasReason });
        const score = signal.known ? signal.value.record.score : undefined;
        compared.push({ score, isSent: server.requests > before, heldBackBy });
        const found = model.lookup(token.address, () => ({ address, caller, hasReason }));
        modelled.push({
          score: found.known?.record.score,
          isSent: found.request === 'check',
          heldBackBy: found.heldBackBy,
        });
      }
    }
  } finally {
    await reputation.settle();
    await server.close();
  }
  expect(modelled).toEqual(compared);
  // Otherwise the comparison would prove little.
  const causes = new Set(modelled.map((each) => (each as { heldBackBy?: string }).heldBackBy));
  expect(causes).toEqual(new Set([undefined, 'pace', 'share']));
});

function tokensOf(stream: Stream, day: number) {
  const tokens: { time: number; address: number; client: number; user: number | undefined }[] = [];
  let invented = 0;
  stream.forEachToken(day, (token) => {
    if (token.sender === 'attacker') {
      invented += 1;
      if (invented % ATTACK_SAMPLE > 0) return;
    }
    tokens.push({ ...token });
  });
  return tokens;
}
