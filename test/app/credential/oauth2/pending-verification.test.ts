import { once } from 'node:events';
import type { Server } from 'node:http';
import { PLAIN_SUCCESS } from '../../../../app/src/action/response.ts';
import type { TokenCheck } from '../../../../app/src/credential/authenticator.ts';
import { createApp } from '../../../../app/src/http/app.ts';
import { createActionHandler } from '../../../../app/src/http/handle-action.ts';
import type { Rejection } from '../../../../app/src/http/rejection.ts';
import { listen } from '../../../../app/src/http/server.ts';
import { compilePolicy } from '../../../../app/src/policy/compile.ts';
import { known, unknown } from '../../../../app/src/signals/signal.ts';
import { NO_FEED_SOURCES } from '../../../support/circumstances.ts';
import { payload } from '../../../support/payloads.ts';
import { exchange, head, openConnection, statusesOf } from '../../../support/raw-http.ts';

const CLOSE = 'Connection: close';
const ACCEPTED: TokenCheck = { kind: 'accepted' };

let server: Server;
let port: number;
/** Pending checks, in the order in which they began. */
let pendingChecks: ((check: TokenCheck) => void)[];
let decided: { body: string; spentMs: number | undefined }[];
let rejected: Rejection[];
let internalErrors: unknown[];

beforeAll(async () => {
  const app = createApp({
    authenticator: {
      accepts: () => false,
      checkToken: () => new Promise((resolve) => pendingChecks.push(resolve)),
      update: () => undefined,
      challenge: 'Bearer',
    },
    handleAction: async (body, { spentMs }) => {
      decided.push({ body, spentMs });
      return PLAIN_SUCCESS;
    },
    onRejected: (rejection) => rejected.push(rejection),
    onInternalError: (error) => internalErrors.push(error),
    isDraining: () => false,
  });
  ({ server, port } = await listen(app, 0));
});

beforeEach(() => {
  pendingChecks = [];
  decided = [];
  rejected = [];
  internalErrors = [];
});

afterEach(() => expect(internalErrors).toEqual([]));

afterAll(() => void server.close());

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

const request = (body: string, ...lines: string[]) =>
  head(`Content-Length: ${Buffer.byteLength(body)}`, ...lines) + body;

describe('while an access token is verified', () => {
  test('a body of any size waits, and is processed completely', async () => {
    const body = JSON.stringify({ text: 'é'.repeat(400_000) });
    const read = exchange(port, [request(body, CLOSE)]);
    await until(() => pendingChecks.length === 1);
    expect(decided).toEqual([]);

    pendingChecks[0]?.(ACCEPTED);

    expect(statusesOf(await read)).toEqual([200]);
    expect(decided).toEqual([{ body, spentMs: expect.any(Number) }]);
  });

  test('requests on one connection get responses in order', async () => {
    const read = exchange(port, [request('1') + request('22') + request('333', CLOSE)]);
    await until(() => pendingChecks.length === 3);
    pendingChecks[2]?.(ACCEPTED);
    pendingChecks[1]?.({ kind: 'unverifiable', why: 'There are no keys.' });
    pendingChecks[0]?.({ kind: 'refused', why: 'It is invalid.', challenge: 'Bearer error="x"' });

    expect(statusesOf(await read)).toEqual([401, 500, 200]);
    expect(rejected).toEqual([
      { status: 500, cause: 'unverifiable', why: 'There are no keys.' },
      { status: 401, cause: 'unauthorized', why: 'It is invalid.' },
    ]);
  });

  test.each([ACCEPTED, { kind: 'refused', why: 'x', challenge: 'y' } as const])(
    'a closed connection is not processed: $kind',
    async (check) => {
      const socket = await openConnection(port);
      const received = once(server, 'request');
      socket.write(request('{}'));
      const [incoming] = await received;
      await until(() => pendingChecks.length === 1);
      socket.destroy();
      await until(() => incoming.destroyed);

      pendingChecks[0]?.(check);
      await new Promise((resolve) => setImmediate(resolve));

      expect([decided, rejected]).toEqual([[], []]);
    },
  );
});

test('the time of the verification counts against the deadline of the decision', async () => {
  const text = `
version: 1
rules: [{ id: risky, when: abuse.score >= 75, then: { deny: Access is denied. } }]
unknown: { address: ignore, reputation: ignore }
`;
  const remaining: number[] = [];
  const handleAction = createActionHandler({
    policy: compilePolicy(text, 'policy.yaml'),
    deadlineMs: 1000,
    now: Date.now,
    onDecision: () => undefined,
    sources: {
      ...NO_FEED_SOURCES,
      address: () => known({ value: '203.0.113.45', version: 4, public: true, bits: 0xcb00712d }),
      geo: () => unknown('database'),
      reputation: ({ deadline }) => {
        remaining.push(deadline.remaining());
        return unknown('timeout');
      },
    },
  });

  await handleAction(payload('01'), {
    decisionId: 'id',
    spentMs: 1000,
  });

  expect(remaining).toEqual([0]);
});
