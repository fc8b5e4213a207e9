/** A request of a feed. */
export interface FeedRequest {
  /** @default GET */
  readonly method?: 'GET' | 'HEAD';
  /** Sent to the host of the URL only, never to the host of a redirect. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Limit for the body, as sent and as decoded. */
  readonly maxBytes: number;
  /** Hosts to which the response may redirect. @default none */
  readonly redirectHosts?: readonly string[];
  /** Whether the request counts against the feed's quota. @default false */
  readonly counts?: boolean;
  /** @default 120000 */
  readonly timeoutMs?: number;
}

export interface FeedResponse {
  /** 200, 304, or the publisher's error. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Present if the status is 200 and the method is GET. Decompressed if it was sent with `Content-Encoding`. */
  readonly body?: Buffer;
}

/** The connection of a feed to its publisher: counts against the quota, follows redirects, hides secrets. */
export interface FeedHttp {
  /**
   * Sends a request to an `https://` URL, or reads an object at an `s3://` one (whose ETag answers `if-none-match`).
   *
   * @throws FeedError `unreachable` without a complete response, `quota` if the quota is used up, `format` if the body
   *   is too large or a redirect leads to another host.
   */
  request(url: string, request: FeedRequest): Promise<FeedResponse>;
}
