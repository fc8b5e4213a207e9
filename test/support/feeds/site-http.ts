import type {
  FeedHttp,
  FeedRequest,
  FeedResponse,
} from '../../../app/src/feeds/model/feed-http.ts';

export interface SentRequest {
  readonly url: string;
  readonly request: FeedRequest;
}

/** A connection to simulated sites that records the requests. Quotas and redirects are the refresher's. */
export interface SiteHttp extends FeedHttp {
  readonly sent: readonly SentRequest[];
}

/** @param mirrors the value of `FEED_MIRRORS`. */
export function createSiteHttp(mirrors: string): SiteHttp {
  const targets = new Map(
    mirrors.split(',').map((pair) => pair.split('=', 2) as [origin: string, target: string]),
  );
  const sent: SentRequest[] = [];
  return {
    sent,
    async request(url, request): Promise<FeedResponse> {
      sent.push({ url, request });
      const { origin } = new URL(url);
      const target = targets.get(origin);
      if (target === undefined) throw new Error(`There is no simulated site for ${origin}.`);
      const response = await fetch(url.replace(origin, target), {
        method: request.method ?? 'GET',
        headers: request.headers ?? {},
        redirect: 'manual',
      });
      const body = Buffer.from(await response.arrayBuffer());
      const headers = Object.fromEntries(response.headers);
      return response.status === 200
        ? { status: 200, headers, body }
        : { status: response.status, headers };
    },
  };
}
