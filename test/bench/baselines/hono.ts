/** The least that a route of Hono can be: it parses the body and answers the same bytes. */
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { KEEP_ALIVE_TIMEOUT, sayReady } from './listen.ts';

const ANSWER = '{"actionStatus":"SUCCESS"}';
const HEADERS = { 'content-type': 'application/json' };

const app = new Hono();

app.post('/pre-issue-access-token', async (context) => {
  const { actionType } = await context.req.json();
  return context.body(ANSWER, actionType === 'PRE_ISSUE_ACCESS_TOKEN' ? 200 : 400, HEADERS);
});

serve(
  { fetch: app.fetch, port: 0, serverOptions: { keepAliveTimeout: KEEP_ALIVE_TIMEOUT } },
  ({ port }) => sayReady(port),
);
