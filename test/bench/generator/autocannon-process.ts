/** Runs autocannon with the load on standard input, and writes its result as JSON. */
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { ADDRESS, type Load } from './load.ts';

/** The part of autocannon that is used here; the package has no types. */
type Autocannon = (options: object) => Promise<object>;
const autocannon: Autocannon = createRequire(import.meta.url)('autocannon');

async function main(): Promise<void> {
  const load: Load = JSON.parse(await text(process.stdin));
  const { origin, method, path, headers, body, addresses, connections, seconds } = load;
  let at = 0;
  const next = () => {
    const address = addresses[at % addresses.length] ?? '';
    at += 1;
    return address;
  };
  const setupRequest = (request: object) => {
    const address = next();
    return {
      ...request,
      path: path.replaceAll(ADDRESS, address),
      ...(body === undefined ? {} : { body: body.replaceAll(ADDRESS, address) }),
    };
  };
  const result = await autocannon({
    url: origin,
    connections,
    timeout: 20,
    ...(load.untilExhausted ? { amount: addresses.length } : { duration: seconds }),
    requests: [{ method, path, headers, ...(body === undefined ? {} : { body }), setupRequest }],
  });
  process.stdout.write(JSON.stringify(result));
}

await main();
