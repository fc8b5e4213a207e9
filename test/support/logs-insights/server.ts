import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runQuery } from './index.ts';

/** A query as CloudWatch Logs receives it. Times are in seconds. */
export interface ReceivedQuery {
  readonly logGroupName: string;
  readonly queryString: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly limit: number;
}

export interface LogsServerOptions {
  /** The log lines, each with its `time`. */
  readonly lines: readonly string[];
  /** The answers to StartQuery before the first success, as error codes. */
  readonly startErrors?: readonly string[];
  /** The text of the start of a bin. @default as CloudWatch writes it */
  readonly formatBin?: (time: number) => string;
  /** The states that GetQueryResults reports before the end, and the end. @default Scheduled, Running, Complete */
  readonly states?: readonly string[];
}

/** A stand-in of CloudWatch Logs Insights that runs queries with the model of the query language. */
export async function startLogsServer(options: LogsServerOptions) {
  const { lines, formatBin = binText, states = ['Scheduled', 'Running', 'Complete'] } = options;
  const startErrors = [...(options.startErrors ?? [])];
  const queries: ReceivedQuery[] = [];
  const polls = new Map<string, number>();

  function respond(action: string, body: ReceivedQuery & { readonly queryId: string }) {
    if (action === 'StartQuery') {
      const error = startErrors.shift();
      if (error !== undefined) return { __type: error, message: `The service says ${error}.` };
      queries.push(body);
      return { queryId: `query-${queries.length - 1}` };
    }
    const poll = polls.get(body.queryId) ?? 0;
    polls.set(body.queryId, poll + 1);
    const status = states[poll] ?? states.at(-1);
    const query = queries[Number(body.queryId.split('-')[1])];
    if (status !== 'Complete' || query === undefined) return { status, results: [] };
    return { status, results: rowsOf(query) };
  }

  function rowsOf({ queryString, startTime, endTime, limit }: ReceivedQuery) {
    const inRange = lines.filter((line) => {
      const seconds = Math.floor(Date.parse(JSON.parse(line).time) / 1000);
      return seconds >= startTime && seconds <= endTime;
    });
    return runQuery(queryString, inRange)
      .rows.slice(0, limit)
      .map((row) =>
        Object.entries(row).map(([field, value]) => ({
          field,
          value: field.startsWith('bin(') ? formatBin(Number(value)) : String(value),
        })),
      );
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [, action = ''] = String(request.headers['x-amz-target']).split('.');
      const result = respond(action, JSON.parse(Buffer.concat(chunks).toString()));
      response.statusCode = '__type' in result ? 400 : 200;
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify(result));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    queries: queries as readonly ReceivedQuery[],
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Returns the start of a bin as CloudWatch writes it: a date without a zone. */
function binText(time: number): string {
  return new Date(time).toISOString().replace('T', ' ').replace('Z', '');
}
