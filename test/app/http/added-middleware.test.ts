import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { RequestError } from '../../../app/src/action/request.ts';
import { errorBody, PLAIN_SUCCESS } from '../../../app/src/action/response.ts';
import type { AppDependencies } from '../../../app/src/http/app.ts';
import type { AppMiddleware } from '../../../app/src/http/env.ts';
import { ACTION_PATH } from '../../../app/src/http/paths.ts';
import { createTestApp, type RunningApp, startTestApp } from '../../support/http-app.ts';
import { head, openConnection, readToEnd, statusesOf } from '../../support/raw-http.ts';

const running: RunningApp[] = [];

afterEach(() => {
  for (const { server } of running.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function start(
  middleware: readonly AppMiddleware[],
  changes: Partial<AppDependencies> = {},
): Promise<RunningApp> {
  const app = await startTestApp({ middleware, ...changes });
  running.push(app);
  return app;
}

const post = ({ origin }: RunningApp, body = '{}') =>
  fetch(origin + ACTION_PATH, { method: 'POST', body });

const setBefore: AppMiddleware = async (context, next) => {
  context.header('x-team', 'platform');
  await next();
};

const setAfter: AppMiddleware = async (context, next) => {
  await next();
  context.header('x-team', 'platform');
};

const setOnResponse: AppMiddleware = async (context, next) => {
  await next();
  context.res.headers.set('x-team', 'platform');
};

/** An outcome of the action, and what leads to it. */
const OUTCOMES: readonly [status: number, Partial<AppDependencies>, body: unknown][] = [
  [200, {}, JSON.parse(PLAIN_SUCCESS)],
  [
    401,
    { authenticator: { accepts: () => false, update: () => undefined, challenge: 'ApiKey' } },
    expect.objectContaining({ errorMessage: 'unauthorized' }),
  ],
  [
    400,
    { handleAction: () => Promise.reject(new RequestError('event is missing.')) },
    expect.objectContaining({ errorMessage: 'invalid_request' }),
  ],
  [
    500,
    { handleAction: () => Promise.reject(new Error('a bug')) },
    expect.objectContaining({ errorMessage: 'internal_error' }),
  ],
];

describe.each([
  ['before the handler', setBefore],
  ['after the handler', setAfter],
  ['on the response', setOnResponse],
])('a header that middleware sets %s', (_, middleware) => {
  test.each(OUTCOMES)(
    'is in a response with status %i of the action',
    async (status, changes, body) => {
      const response = await post(await start([middleware], changes));
      expect(response.status).toBe(status);
      expect(response.headers.get('x-team')).toBe('platform');
      expect(response.headers.get('content-type')).toBe('application/json');
      expect(await response.json()).toEqual(body);
    },
  );

  test.each([
    ['/healthz', 200],
    ['/nothing', 404],
    [ACTION_PATH, 405],
  ])('is in the response to GET %s', async (path, status) => {
    const { origin } = await start([middleware]);
    const response = await fetch(origin + path);
    expect([response.status, response.headers.get('x-team')]).toEqual([status, 'platform']);
  });
});

test('several headers of one name stay separate', async () => {
  const app = await start([
    async (context, next) => {
      context.header('set-cookie', 'a=1', { append: true });
      await next();
      context.header('set-cookie', 'b=2', { append: true });
    },
  ]);
  expect((await post(app)).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
});

test('middleware of Hono works on the action', async () => {
  const { headers } = await post(await start([secureHeaders()]));
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

test('middleware cannot change the content type or the length of a decision', async () => {
  const app = await start([
    async (context, next) => {
      context.header('content-type', 'text/html');
      context.header('content-length', '1');
      await next();
    },
  ]);
  const response = await post(app);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.text()).toBe(PLAIN_SUCCESS);
});

test('middleware sees the status and the id of the request', async () => {
  const seen: unknown[] = [];
  const app = await start([
    async (context, next) => {
      await next();
      seen.push(context.res.status, context.get('requestId'));
    },
  ]);
  const response = await post(app);
  expect(seen).toEqual([200, response.headers.get('x-decision-id')]);
});

test('middleware runs in its order, around authentication', async () => {
  const steps: string[] = [];
  const step =
    (name: string): AppMiddleware =>
    async (_, next) => {
      steps.push(`${name} before`);
      await next();
      steps.push(`${name} after`);
    };
  const accepts = () => {
    steps.push('authenticated');
    return true;
  };
  const authenticator = { accepts, update: () => undefined, challenge: 'ApiKey' };
  await post(await start([step('first'), step('second')], { authenticator }));
  expect(steps).toEqual([
    ...['first before', 'second before', 'authenticated', 'second after', 'first after'],
  ]);
});

describe('middleware that refuses', () => {
  const refuse: AppMiddleware = async (context) =>
    context.body(errorBody('forbidden', 'Not from this network.'), 403, {
      'content-type': 'application/json',
    });
  const refuseByException: AppMiddleware = async () => {
    throw new HTTPException(403, { message: 'Not from this network.' });
  };
  const refuseAfter: AppMiddleware = async (context, next) => {
    await next();
    context.res = context.text('Not from this network.', 403);
  };

  test.each([
    ['with a response', refuse],
    ['with an exception', refuseByException],
  ])('%s keeps a request from authentication and the action', async (_, middleware) => {
    const calls: string[] = [];
    const app = await start([middleware], {
      authenticator: {
        accepts: () => calls.push('authenticated') > 0,
        update: () => undefined,
        challenge: 'ApiKey',
      },
      handleAction: async () => {
        calls.push('decided');
        return PLAIN_SUCCESS;
      },
      onInternalError: () => calls.push('internal error'),
    });
    const response = await post(app);
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('Not from this network.');
    expect(calls).toEqual([]);
  });

  test('after the handler replaces the decision', async () => {
    const response = await post(await start([refuseAfter]));
    expect(response.status).toBe(403);
    expect(await response.text()).toBe('Not from this network.');
  });

  test('does not wait for a body that does not arrive, and the connection serves the next request', async () => {
    const app = await start([refuse]);
    const connection = await openConnection(app.port);
    const read = readToEnd(connection);
    const body = 'x'.repeat(1000);
    connection.write(head(`Content-Length: ${body.length}`));
    await new Promise((resolve) => connection.once('data', resolve));
    connection.write(body + head('Content-Length: 0', 'Connection: close'));
    expect(statusesOf(await read)).toEqual([403, 403]);
  });

  test('without a server responds through app.request()', async () => {
    const response = await createTestApp({ middleware: [refuse] }).request('/healthz');
    expect(response.status).toBe(403);
  });
});

test('the added header is there through app.request()', async () => {
  const app = createTestApp({ middleware: [setBefore, setAfter] });
  for (const [path, status] of [
    ['/healthz', 200],
    ['/nothing', 404],
    [ACTION_PATH, 405],
  ] as const) {
    const response = await app.request(path);
    expect([response.status, response.headers.get('x-team')]).toEqual([status, 'platform']);
  }
});

test('an error of middleware is an internal error with the id of the request', async () => {
  const errors: unknown[] = [];
  const app = await start(
    [
      () => {
        throw new Error('a bug');
      },
    ],
    { onInternalError: (...error) => errors.push(error) },
  );
  const response = await post(app);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ actionStatus: 'ERROR' });
  expect(errors).toEqual([[new Error('a bug'), response.headers.get('x-decision-id')]]);
});

test('middleware that throws something else than an Error is an internal error, too', async () => {
  const errors: unknown[] = [];
  const app = await start([() => Promise.reject('a string')], {
    onInternalError: (error) => errors.push(error),
  });
  const response = await post(app);
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ actionStatus: 'ERROR' });
  expect(errors).toEqual(['a string']);
});

test('middleware that reads the body is an internal error, not a request that hangs', async () => {
  const errors: unknown[] = [];
  const app = await start(
    [
      async (context, next) => {
        await context.req.text();
        await next();
      },
    ],
    { onInternalError: (error) => errors.push(error) },
  );
  expect((await post(app)).status).toBe(500);
  expect(errors).toEqual([expect.objectContaining({ message: expect.stringMatching(/body/) })]);
});

test('a caller that goes away while middleware waits is not decided on', async () => {
  const decided: string[] = [];
  let enter = () => {};
  const entered = new Promise<void>((resolve) => {
    enter = resolve;
  });
  const rejected: unknown[] = [];
  const app = await start(
    [
      async (context, next) => {
        enter();
        await new Promise((resolve) => context.env.incoming.once('close', resolve));
        await next();
      },
    ],
    {
      handleAction: async (body) => {
        decided.push(body);
        return PLAIN_SUCCESS;
      },
      onRejected: (rejection) => rejected.push(rejection),
    },
  );
  const connection = await openConnection(app.port);
  connection.on('error', () => undefined);
  connection.write(head('Content-Length: 100'));
  await entered;
  connection.destroy();
  while (rejected.length === 0) await new Promise(setImmediate);
  expect(decided).toEqual([]);
});
