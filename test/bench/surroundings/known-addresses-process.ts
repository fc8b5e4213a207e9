/**
 * Runs a DynamoDB table with a fresh record of every address: every GetItem returns an item, and writes are
 * ignored. Several times as fast as dynalite, so that a million addresses take minutes.
 */
import { createServer } from 'node:http';
import { recordItem } from '../../../app/src/signals/reputation/cache/item.ts';
import { readBody } from '../baselines/body.ts';
import { listen } from '../baselines/listen.ts';

const HEADERS = { 'content-type': 'application/x-amz-json-1.0' };
const RECORD = {
  score: 0,
  reports: 3,
  reporters: 2,
  tor: false,
  usage: 'Fixed Line ISP',
  isp: 'Example Broadband',
  domain: 'broadband.example',
};

listen(
  createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    readBody(request, (text) => {
      const read = String(request.headers['x-amz-target']).endsWith('.GetItem');
      response.writeHead(200, HEADERS);
      response.end(read ? itemFor(JSON.parse(text).Key.address.S) : '{}');
    });
  }),
);

function itemFor(key: string): string {
  // There is no shared quota state.
  if (key.startsWith('#')) return '{}';
  const now = Date.now();
  const Item = recordItem(key, { ...RECORD, checkedAt: now }, now + 86_400_000);
  return JSON.stringify({ Item });
}
