import type { Download, DownloadContext, Feed } from '../../../app/src/feeds/model/feed.ts';
import { directAgents } from '../../../app/src/lib/agents.ts';
import { createFeedHttp } from '../../../app/src/refresher/http/feed-http.ts';
import { type Publisher, startPublisher } from '../../app/refresher/support/publisher.ts';
import { NOW } from './databases.ts';

/** Downloads feeds from a server in place of their publishers. */
export interface Downloader {
  readonly publisher: Publisher;
  /** Requests that counted against a quota, since the last `reset`. */
  readonly counted: () => number;
  reset(): void;
  download(feed: Feed, context?: Partial<Omit<DownloadContext, 'http'>>): Promise<Download>;
  close(): Promise<void>;
}

export async function startDownloader(hosts: readonly string[]): Promise<Downloader> {
  const publisher = await startPublisher(hosts);
  const agents = directAgents();
  let counted = 0;
  return {
    publisher,
    counted: () => counted,
    reset() {
      counted = 0;
      publisher.requests.splice(0);
    },
    download: (feed, context = {}) =>
      feed.download({
        http: createFeedHttp(feed, {
          agents,
          mirrors: publisher.mirrors,
          quotas: {
            take: async () => {
              counted += 1;
            },
            learnLimit: async () => {},
          },
          readS3Object: () => Promise.reject(new Error('Not used.')),
        }),
        credential: undefined,
        options: {},
        version: undefined,
        now: NOW,
        ...context,
      }),
    async close() {
      agents.httpAgent.destroy();
      await publisher.close();
    },
  };
}
