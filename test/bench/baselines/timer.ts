/** A minimal endpoint on node:http that responds after `DELAY_MS`: what a timer and the machine add to a wait. */
import { createServer } from 'node:http';
import { readBody } from './body.ts';
import { KEEP_ALIVE_TIMEOUT_MS, listen } from './listen.ts';

const DELAY_MS = Number(process.env.DELAY_MS);
const RESPONSE = '{"actionStatus":"SUCCESS"}';
const HEADERS = { 'content-type': 'application/json', 'content-length': RESPONSE.length };

listen(
  createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, (request, response) => {
    readBody(request, () => {
      setTimeout(() => {
        response.writeHead(200, HEADERS);
        response.end(RESPONSE);
      }, DELAY_MS);
    });
  }),
);
