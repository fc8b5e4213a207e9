/** A minimal Hono route: parses the body and sends the same bytes as the service. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { KEEP_ALIVE_TIMEOUT_MS, reportReady } from './listen.ts';

const RESPONSE = '{"actionStatus":"SUCCESS"}';
const HEADERS = { 'content-type': 'application/json' };

const app = new Hono();

app.post('/pre-issue-access-token', async (context) => {
  const { actionType } = await context.req.json();
  return context.body(RESPONSE, actionType === 'PRE_ISSUE_ACCESS_TOKEN' ? 200 : 400, HEADERS);
});

serve(
  { fetch: app.fetch, port: 0, serverOptions: { keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS } },
  ({ port }) => reportReady(port),
);
