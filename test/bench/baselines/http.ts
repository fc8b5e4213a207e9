/** A minimal endpoint on node:http: parses the body and sends the same bytes as the service. */
import { createServer } from 'node:http';
import { readBody } from './body.ts';
import { KEEP_ALIVE_TIMEOUT_MS, listen } from './listen.ts';

const RESPONSE = '{"actionStatus":"SUCCESS"}';
const HEADERS = { 'content-type': 'application/json', 'content-length': RESPONSE.length };

listen(
  createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, (request, response) => {
    readBody(request, (text) => {
      const { actionType } = JSON.parse(text);
      response.writeHead(actionType === 'PRE_ISSUE_ACCESS_TOKEN' ? 200 : 400, HEADERS);
      response.end(RESPONSE);
    });
  }),
);
