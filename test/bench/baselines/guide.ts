/**
 * The flow of the identity server's guide: parse the request, look up the country in a local database, call
 * AbuseIPDB for each request, respond. No cache, no time limit, no authentication.
 */
import { createServer } from 'node:http';
import { type CountryResponse, open } from 'maxmind';
import { readBody } from './body.ts';
import { KEEP_ALIVE_TIMEOUT_MS, listen } from './listen.ts';

const BLOCKED = new Set(['KP', 'IR', 'RU', 'SY', 'CN']);
const { ABUSEIPDB_BASE_URL, ABUSEIPDB_API_KEY = '', GEO_DATABASE = '' } = process.env;

interface Named {
  readonly name: string;
  readonly value: readonly string[];
}

/** The bundled database has flat records. */
type Place = CountryResponse & { readonly country_code?: string };

const places = await open<Place>(GEO_DATABASE);

const failed = (failureReason: string, failureDescription: string) => ({
  actionStatus: 'FAILED',
  failureReason,
  failureDescription,
});

async function decide(text: string): Promise<object> {
  const { event } = JSON.parse(text);
  const headers: readonly Named[] = event.request.additionalHeaders ?? [];
  const address = headers.find(({ name }) => name.toLowerCase() === 'x-client-source-ip')?.value[0];
  if (address === undefined) return failed('access_denied', 'Unable to determine client IP.');
  const place = places.get(address);
  const country = place?.country?.iso_code ?? place?.country_code;
  if (country !== undefined && BLOCKED.has(country)) {
    return failed('access_denied', `Blocked in region ${country}.`);
  }
  const score = await scoreOf(address);
  if (score > 75) return failed('access_denied', 'The risk of the address is high.');
  if (score < 25) return { actionStatus: 'SUCCESS' };
  const hour = new Date().getUTCHours();
  const value = hour >= 9 && hour < 17 ? '900' : '300';
  const operation = { op: 'replace', path: '/accessToken/claims/expires_in', value };
  return { actionStatus: 'SUCCESS', operations: [operation] };
}

async function scoreOf(address: string): Promise<number> {
  const response = await fetch(`${ABUSEIPDB_BASE_URL}/check?ipAddress=${address}`, {
    headers: { Key: ABUSEIPDB_API_KEY, Accept: 'application/json' },
  });
  const { data } = (await response.json()) as { data?: { abuseConfidenceScore?: number } };
  return data?.abuseConfidenceScore ?? 0;
}

listen(
  createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, (request, response) => {
    readBody(request, async (text) => {
      const body = JSON.stringify(await decide(text));
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      });
      response.end(body);
    });
  }),
);
