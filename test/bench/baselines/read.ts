/** A server on node:http that reads the body without parsing it: the cost of the transport alone. */
import { createServer } from 'node:http';
import { readBody } from './body.ts';
import { KEEP_ALIVE_TIMEOUT_MS, listen } from './listen.ts';

const RESPONSE = '{"actionStatus":"SUCCESS"}';
const HEADERS = { 'content-type': 'application/json', 'content-length': RESPONSE.length };

listen(
  createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, (request, response) => {
    readBody(request, (text) => {
      response.writeHead(text.startsWith('{') ? 200 : 400, HEADERS);
      response.end(RESPONSE);
    });
  }),
);
