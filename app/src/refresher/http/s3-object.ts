import { FeedError, type FeedErrorReason } from '../../feeds/model/feed-error.ts';
import type { FeedRequest, FeedResponse } from '../../feeds/model/feed-http.ts';
import type { AgentFactory } from '../../lib/agents.ts';
import { errorName } from '../../lib/error-name.ts';
import { parseS3Object } from '../../store/location.ts';
import { createS3Store } from '../../store/s3-store.ts';

/** Reads the object of a feed at an `s3://` URL. @throws FeedError */
export type ReadS3Object = (
  url: URL,
  request: FeedRequest,
  feedId: string,
) => Promise<FeedResponse>;

const REASONS: Readonly<Record<string, readonly [reason: FeedErrorReason, advice: string]>> = {
  NoSuchBucket: ['missing', 'correct the location in FEEDS'],
  AccessDenied: [
    'forbidden',
    "allow the refresher's role to call s3:ListBucket on the bucket and s3:GetObject on the object",
  ],
  ResponseTooLarge: ['format', 'it is larger than allowed'],
};

/** Creates a reader of objects in S3. Their ETags answer `if-none-match`. */
export function createS3Reader(agents: AgentFactory): ReadS3Object {
  return async (url, { headers = {}, maxBytes }, feedId) => {
    const location = parseS3Object(url.href);
    if (location === undefined) {
      throw new FeedError(
        'missing',
        `The location of the feed ${feedId} is not valid: write s3://bucket/key in FEEDS.`,
      );
    }
    const { bucket, key } = location;
    const store = createS3Store(bucket, { agents });
    try {
      const object = await store.read(key, { ifNoneMatch: headers['if-none-match'], maxBytes });
      switch (object.status) {
        case 'found':
          return { status: 200, headers: { etag: object.etag }, body: object.body };
        case 'unchanged':
          return { status: 304, headers: {} };
        case 'absent':
          return { status: 404, headers: {} };
      }
    } catch (error) {
      const { code, name } = ((error as Error).cause ?? error) as {
        code?: unknown;
        name?: unknown;
      };
      const shown = errorName(name) === 'Error' ? errorName(code) : errorName(name);
      const [reason, advice] = REASONS[shown ?? ''] ?? [
        'unreachable',
        'check the network and the region if it happens again',
      ];
      throw new FeedError(
        reason,
        `The object of the feed ${feedId} in S3 cannot be read (${shown ?? 'UnknownError'}): ${advice}.`,
      );
    } finally {
      store.close();
    }
  };
}
