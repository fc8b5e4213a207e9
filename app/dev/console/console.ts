import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { streamSSE } from 'hono/streaming';
import { readBody } from '../../src/http/body.ts';
import type { App, AppEnv } from '../../src/http/env.ts';
import type { MountedParts } from '../../src/service.ts';
import { listFeeds } from '../../tools/explain/describe-feeds.ts';
import type { EdgeOptions } from '../../tools/requests/edge.ts';
import { ASSETS, type Asset, PAGE } from './assets.ts';
import { CandidateReviewer, MAX_CANDIDATE_BYTES } from './candidate.ts';
import { FormError } from './form.ts';
import { rejectionReason } from './guard.ts';
import { LatestValue } from './latest-value.ts';
import { LiveFeed } from './live-feed.ts';
import { describePolicy } from './policy.ts';
import { RecentRecords } from './recent-records.ts';
import { parseForm, tryRequest } from './try.ts';

export const CONSOLE_PATH = '/console';

const MAX_FORM_BYTES = 16 * 1024;

/** A page that accepts no data for this long is disconnected: its tab is closed, or its device sleeps. */
const WRITE_TIMEOUT_MS = 10_000;

/** Delay before the browser reconnects after a lost connection. */
const RECONNECT_MS = 1000;

export interface ConsoleOptions {
  /** Sets the header from which the service reads the client address. */
  readonly edge: EdgeOptions;
  /** Path of the policy in use; undefined if it is not a file of this machine. */
  readonly policyFile?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** A web page, for a browser on this machine, that shows decisions live, explains them and tries requests. */
export interface Console {
  /** Receives the record of each decision. */
  onRecord(record: object): void;
  /** Adds the console's routes to the service. */
  mount(service: App, parts: MountedParts): void;
  /** Ends the event streams, which would delay the shutdown of the service. */
  close(): void;
}

export function createConsole({ edge, policyFile, now = Date.now }: ConsoleOptions): Console {
  const feed = new LiveFeed(now);
  const streams = new Set<LatestValue<string>>();
  const records = new RecentRecords();
  const reviewer = new CandidateReviewer();
  return {
    onRecord(record) {
      feed.add(record);
      records.add(record, now());
    },
    mount(service, { quota, ...dependencies }) {
      feed.readQuota = quota;
      const inUse = {
        policy: dependencies.policy,
        file: policyFile,
        records: () => records.list(),
      };
      const routes = new Hono<AppEnv>();
      routes.use(guard);
      routes.get('/', (context) => send(context, PAGE));
      routes.get('/assets/:name', (context) => {
        const asset = ASSETS.get(context.req.param('name'));
        return asset === undefined ? context.notFound() : send(context, asset);
      });
      routes.get('/events', (context) => sendEvents(context, feed, streams));
      routes.get('/policy', (context) => context.json(describePolicy(dependencies.policy)));
      routes.get('/feeds', (context) => context.json(listFeeds(dependencies.sources.feeds())));
      routes.post('/try', (context) =>
        answerForm(context, MAX_FORM_BYTES, (text) =>
          tryRequest(parseForm(text), dependencies, edge),
        ),
      );
      routes.post('/candidate', (context) =>
        answerForm(context, MAX_CANDIDATE_BYTES, (text) => reviewer.review(text, inUse)),
      );
      service.route(CONSOLE_PATH, routes);
    },
    close() {
      for (const latest of streams) latest.end();
    },
  };
}

/** Responds to a form with what `answer` returns, as JSON. */
async function answerForm(
  context: Context<AppEnv>,
  maxBytes: number,
  answer: (text: string) => Promise<object>,
) {
  if (context.req.header('content-type') !== 'application/json') {
    return context.json({ error: 'The form must be sent as application/json.' }, 415);
  }
  const body = await readBody(context.env.incoming, maxBytes);
  if ('failure' in body && body.failure === 'too-large') {
    return context.json({ error: `The form is larger than ${maxBytes / 1024} KiB.` }, 413);
  }
  try {
    return context.json(await answer('text' in body ? body.text : ''));
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    return context.json({ error: error.message }, 400);
  }
}

/** The page shows strings from requests. If one were parsed as HTML by accident, this policy blocks its scripts. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

const guard: MiddlewareHandler<AppEnv> = async (context, next) => {
  context.header('cache-control', 'no-store');
  context.header('content-security-policy', CONTENT_SECURITY_POLICY);
  context.header('cross-origin-resource-policy', 'same-origin');
  context.header('referrer-policy', 'no-referrer');
  context.header('x-content-type-options', 'nosniff');
  const reason = rejectionReason(context.env.incoming);
  if (reason !== undefined) return context.text(`${reason}\n`, 403);
  await next();
};

function send(context: Context<AppEnv>, { contentType, body }: Asset) {
  return context.body(body, 200, { 'content-type': contentType });
}

/** Sends server-sent events. Each contains the whole state, so a page can miss some. */
function sendEvents(context: Context<AppEnv>, feed: LiveFeed, streams: Set<LatestValue<string>>) {
  const latest = new LatestValue<string>();
  const unsubscribe = feed.subscribe((state) => latest.set(state));
  if (unsubscribe === undefined)
    return context.text('Too many pages of the console are open.\n', 503);
  streams.add(latest);
  const response = streamSSE(context, async (sse) => {
    sse.onAbort(() => latest.end());
    for (;;) {
      const data = await latest.next();
      if (data === undefined) break;
      const timer = setTimeout(() => context.env.incoming.destroy(), WRITE_TIMEOUT_MS);
      await sse.writeSSE({ event: 'state', data, retry: RECONNECT_MS });
      clearTimeout(timer);
    }
    unsubscribe();
    streams.delete(latest);
  });
  response.headers.set('cache-control', 'no-store');
  return response;
}
