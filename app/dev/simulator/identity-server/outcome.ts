/** One HTTP answer of the action endpoint. `body` is the decoded text; a byte order mark stays in it. */
export interface HttpResponse {
  status: number;
  contentType: string | undefined;
  body: string;
}

/** An operation of the answer, its values as plain JavaScript. */
export interface Operation {
  op: 'add' | 'remove' | 'replace';
  path: string;
  value?: unknown;
}

/** What the identity server issues in the end. */
export interface IssuedToken {
  /** Seconds. */
  expiresIn: number | undefined;
  scopes: string[];
  audience: string[] | string | undefined;
  /** Every claim by name, those of the request included; an object without prototype. */
  claims: Record<string, unknown>;
  /** What the client gets: absent if there is none, or if the action took it out of the response. Seconds. */
  refreshToken: { expiresIn: number | undefined } | undefined;
  /**
   * What the server keeps when the action took it out of the response: the refresh token that a client may
   * have from an earlier response stays valid that long. Seconds.
   */
  hiddenRefreshToken?: { expiresIn: number | undefined } | undefined;
  /** What the action adds to the token response. */
  responseParameters: Record<string, unknown>;
  /** What the client no longer gets: removed by name, or the ID token because `openid` went. */
  removedParameters: string[];
}

export interface DroppedOperation {
  operation: unknown;
  reason: string;
}

/** What the OAuth client sees of its token request. */
export type Outcome =
  | { kind: 'token'; token: IssuedToken; applied: Operation[]; dropped: DroppedOperation[] }
  | { kind: 'refused'; status: number; error: string; errorDescription: string | undefined }
  | { kind: 'no-token-but-200' }
  | { kind: 'server-error'; retried: boolean; why: string };
