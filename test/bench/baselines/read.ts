/** node:http that reads the body and parses nothing: what the transport alone costs. */
import { createServer } from 'node:http';
import { readText } from './body.ts';
import { KEEP_ALIVE_TIMEOUT, listen } from './listen.ts';

const ANSWER = '{"actionStatus":"SUCCESS"}';
const HEADERS = { 'content-type': 'application/json', 'content-length': ANSWER.length };

listen(
  createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT }, (request, response) => {
    readText(request, (text) => {
      response.writeHead(text.startsWith('{') ? 200 : 400, HEADERS);
      response.end(ANSWER);
    });
  }),
);
