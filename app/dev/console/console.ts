import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { streamSSE } from 'hono/streaming';
import { readBody } from '../../src/http/body.ts';
import type { App, AppEnv } from '../../src/http/env.ts';
import type { DecisionDependencies } from '../../src/service.ts';
import type { EdgeOptions } from '../simulator/edge.ts';
import { ASSETS, type Asset, PAGE } from './assets.ts';
import { refusalReason } from './guard.ts';
import { LatestValue } from './latest-value.ts';
import { LiveFeed } from './live-feed.ts';
import { FormError, parseForm, tryRequest } from './try.ts';

export const CONSOLE_PATH = '/console';

/** Bytes of the form. */
const FORM_LIMIT = 16 * 1024;

/** A page that does not take in what it is sent for so long is gone, or sleeps. Milliseconds. */
const PATIENCE = 10_000;

/** After a lost connection the browser tries again so soon. Milliseconds. */
const RETRY = 1000;

export interface ConsoleOptions {
  /** What sets the header from which the service reads the client's address. */
  readonly address: EdgeOptions;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** The console of one machine: what goes on, and why. */
export interface Console {
  /** Takes in the record of a decision of the service. */
  onRecord(record: object): void;
  /** Adds the console's routes to the service's. */
  mount(service: App, deciding: DecisionDependencies): void;
  /** Ends the streams to its pages, which would keep the service from ending. */
  close(): void;
}

export function createConsole({ address, now }: ConsoleOptions): Console {
  const live = new LiveFeed(now);
  const streams = new Set<LatestValue<string>>();
  return {
    onRecord: (record) => live.add(record),
    mount(service, deciding) {
      const routes = new Hono<AppEnv>();
      routes.use(guard);
      routes.get('/', (context) => send(context, PAGE));
      routes.get('/assets/:name', (context) => {
        const asset = ASSETS.get(context.req.param('name'));
        return asset === undefined ? context.notFound() : send(context, asset);
      });
      routes.get('/events', (context) => stream(context, live, streams));
      routes.post('/try', async (context) => {
        if (context.req.header('content-type') !== 'application/json') {
          return context.json({ error: 'The form is sent as application/json.' }, 415);
        }
        const body = await readBody(context.env.incoming, FORM_LIMIT);
        const text = 'text' in body ? body.text : '';
        try {
          return context.json(await tryRequest(parseForm(text), deciding, address));
        } catch (error) {
          if (!(error instanceof FormError)) throw error;
          return context.json({ error: error.message }, 400);
        }
      });
      service.route(CONSOLE_PATH, routes);
    },
    close() {
      for (const latest of streams) latest.end();
    },
  };
}

/** Text of requests is on the page: should any of it ever be taken for HTML, this keeps it from running. */
const POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

const guard: MiddlewareHandler<AppEnv> = async (context, next) => {
  context.header('cache-control', 'no-store');
  context.header('content-security-policy', POLICY);
  context.header('cross-origin-resource-policy', 'same-origin');
  context.header('referrer-policy', 'no-referrer');
  context.header('x-content-type-options', 'nosniff');
  const why = refusalReason(context.env.incoming);
  if (why !== undefined) return context.text(`${why}\n`, 403);
  await next();
};

function send(context: Context<AppEnv>, { type, body }: Asset) {
  return context.body(body, 200, { 'content-type': type });
}

/** Server-sent events: the whole state each time, so that a page which missed some has missed nothing. */
function stream(context: Context<AppEnv>, live: LiveFeed, streams: Set<LatestValue<string>>) {
  const latest = new LatestValue<string>();
  const silence = live.subscribe((state) => latest.put(state));
  if (silence === undefined) return context.text('Too many pages of the console are open.\n', 503);
  streams.add(latest);
  const response = streamSSE(context, async (sse) => {
    sse.onAbort(() => latest.end());
    for (;;) {
      const data = await latest.take();
      if (data === undefined) break;
      const patience = setTimeout(() => context.env.incoming.destroy(), PATIENCE);
      await sse.writeSSE({ event: 'state', data, retry: RETRY });
      clearTimeout(patience);
    }
    silence();
    streams.delete(latest);
  });
  response.headers.set('cache-control', 'no-store');
  return response;
}
