import type { Feed } from '../../feeds/model/feed.ts';
import { FeedError } from '../../feeds/model/feed-error.ts';
import type { FeedHttp, FeedRequest, FeedResponse } from '../../feeds/model/feed-http.ts';
import type { Agents } from '../../lib/agents.ts';
import { errorName } from '../../lib/error-name.ts';
import { withTimeLimit } from '../../lib/timeout.ts';
import type { Quotas } from '../quotas.ts';
import { BodyError, type ExchangeResponse, exchange } from './exchange.ts';
import { applyMirrors, type Mirror } from './mirrors.ts';
import type { ReadS3Object } from './s3-object.ts';

export interface FeedHttpOptions {
  readonly agents: Agents;
  readonly mirrors: readonly Mirror[];
  readonly quotas: Quotas;
  readonly readS3Object: ReadS3Object;
  /** Aborted when the run ends. */
  readonly stop?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 120_000;
const MAX_REDIRECTS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * Creates the connection of a feed to its publisher. No error contains a URL, a header or the response, any of which
 * may be a secret, and none has a cause that could.
 */
export function createFeedHttp(feed: Feed, options: FeedHttpOptions): FeedHttp {
  const { agents, mirrors, quotas, readS3Object, stop } = options;
  return {
    async request(url, request) {
      const { quota } = feed;
      const isCounted = request.counts === true && quota !== undefined;
      // Before the request: a request that is sent and not counted could exceed the quota.
      if (isCounted) await quotas.take(feed.id, quota);
      const response = url.startsWith('s3://')
        ? await readS3Object(new URL(url), request, feed.id)
        : await send(new URL(url), request);
      const limit = isCounted ? response.headers[quota.limitHeader ?? ''] : undefined;
      if (isCounted && limit !== undefined) await quotas.learnLimit(quota, limit);
      return response;
    },
  };

  async function send(url: URL, request: FeedRequest): Promise<FeedResponse> {
    try {
      return await withTimeLimit(
        request.timeoutMs ?? DEFAULT_TIMEOUT_MS,
        (signal) => follow(url, request, signal),
        stop,
      );
    } catch (error) {
      throw describeError(error, feed.id);
    }
  }

  async function follow(
    first: URL,
    request: FeedRequest,
    signal: AbortSignal,
  ): Promise<ExchangeResponse> {
    const { method = 'GET', maxBytes, redirectHosts = [] } = request;
    let url = first;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await exchange(applyMirrors(url, mirrors), {
        method,
        // A redirect's target can read the headers, and MaxMind's refuses requests with credentials.
        headers: url.origin === first.origin ? (request.headers ?? {}) : {},
        agents,
        signal,
        maxBytes,
      });
      if (!REDIRECTS.includes(response.status)) return response;
      const { location } = response.headers;
      if (location === undefined || !URL.canParse(location, url.href)) {
        throw new FeedError(
          'format',
          `The publisher of the feed ${feed.id} sent a redirect without a valid address.`,
        );
      }
      const next = new URL(location, url);
      const isAllowed = next.host === first.host || redirectHosts.includes(next.host);
      if (next.protocol !== 'https:' || !isAllowed) {
        throw new FeedError(
          'format',
          `The publisher of the feed ${feed.id} redirects to another host or without TLS: its data is not downloaded from there.`,
        );
      }
      url = next;
    }
    throw new FeedError('format', `The publisher of the feed ${feed.id} redirects too often.`);
  }
}

function describeError(error: unknown, feedId: string): FeedError {
  if (error instanceof FeedError) return error;
  if (error instanceof BodyError) {
    return new FeedError('format', `The response for the feed ${feedId} ${error.message}.`);
  }
  const { code, name } = error as { code?: unknown; name?: unknown };
  const shown = errorName(code) ?? errorName(name) ?? 'UnknownError';
  return new FeedError(
    'unreachable',
    `The publisher of the feed ${feedId} sent no complete response (${shown}): check the network, the proxy and FEED_MIRRORS if it happens again.`,
  );
}
