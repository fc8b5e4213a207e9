import { Hono } from 'hono';
import { chain } from '../../../app/src/http/chain.ts';
import type { AppEnv, AppMiddleware } from '../../../app/src/http/env.ts';

const steps: string[] = [];

beforeEach(() => {
  steps.length = 0;
});

const pass =
  (name: string): AppMiddleware =>
  (_, next) => {
    steps.push(name);
    return next();
  };

const passLater =
  (name: string): AppMiddleware =>
  async (_, next) => {
    await undefined;
    steps.push(name);
    return next();
  };

const refuse: AppMiddleware = async (context) => context.text('refused', 403);
const fail: AppMiddleware = () => {
  throw new Error('a bug');
};
const failLater: AppMiddleware = async () => {
  throw new Error('a bug');
};
const handle: AppMiddleware = async (context) => {
  steps.push('handler');
  return context.text('handled', 200);
};

/** What a chain must do as Hono's own composition does it. */
const CASES: readonly [string, readonly AppMiddleware[], status: number, steps: string[]][] = [
  ['a handler alone', [handle], 200, ['handler']],
  ['middleware that passes', [pass('a'), pass('b'), handle], 200, ['a', 'b', 'handler']],
  ['middleware that waits', [pass('a'), passLater('b'), handle], 200, ['a', 'b', 'handler']],
  ['middleware that refuses', [pass('a'), refuse, handle], 403, ['a']],
  ['middleware that throws', [pass('a'), fail, handle], 500, ['a']],
  ['middleware that rejects', [passLater('a'), failLater, handle], 500, ['a']],
  ['no handler', [pass('a'), passLater('b')], 404, ['a', 'b']],
];

describe.each<[string, (handlers: readonly AppMiddleware[]) => readonly AppMiddleware[]]>([
  ['chain', (handlers) => [chain(...handlers) as AppMiddleware]],
  ['Hono', (handlers) => handlers],
])('%s with', (_, compose) => {
  test.each(CASES)('%s: %s', async (_, handlers, status, expected) => {
    const app = new Hono<AppEnv>();
    app.onError((_, context) => context.text('failed', 500));
    for (const handler of compose(handlers)) app.on('GET', '/path', handler);
    expect((await app.request('/path')).status).toBe(status);
    expect(steps).toEqual(expected);
  });
});
