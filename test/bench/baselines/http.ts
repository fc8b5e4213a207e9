/** The least that an endpoint of the action can be: node:http parses the body and answers the same bytes. */
import { createServer } from 'node:http';
import { readText } from './body.ts';
import { KEEP_ALIVE_TIMEOUT, listen } from './listen.ts';

const ANSWER = '{"actionStatus":"SUCCESS"}';
const HEADERS = { 'content-type': 'application/json', 'content-length': ANSWER.length };

listen(
  createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT }, (request, response) => {
    readText(request, (text) => {
      const { actionType } = JSON.parse(text);
      response.writeHead(actionType === 'PRE_ISSUE_ACCESS_TOKEN' ? 200 : 400, HEADERS);
      response.end(ANSWER);
    });
  }),
);
