import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Comment {
  readonly id: number;
  readonly user: { readonly type: string };
  body: string;
}

/** A stand-in of GitHub's API for the comments of one pull request. */
export interface CommentsApi {
  readonly url: string;
  readonly comments: Comment[];
  /** The token that may write; any other is refused with 403, as that of a fork. */
  readonly token: string;
  readonly stop: () => Promise<void>;
}

export async function startCommentsApi(repository: string, number: number): Promise<CommentsApi> {
  const comments: Comment[] = [];
  const token = 'token-with-write-permission';
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      const url = new URL(request.url ?? '', 'http://localhost');
      const reply = (status: number, body: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      };
      const list = `/repos/${repository}/issues/${number}/comments`;
      const one = new RegExp(`^/repos/${repository}/issues/comments/(\\d+)$`).exec(url.pathname);
      if (request.method === 'GET' && url.pathname === list) {
        const size = Number(url.searchParams.get('per_page') ?? 30);
        const start = (Number(url.searchParams.get('page') ?? 1) - 1) * size;
        return reply(200, comments.slice(start, start + size));
      }
      if (request.headers.authorization !== `Bearer ${token}`) {
        return reply(403, { message: 'Resource not accessible by integration' });
      }
      const { body } = JSON.parse(text);
      if (request.method === 'POST' && url.pathname === list) {
        comments.push({ id: comments.length + 1, user: { type: 'Bot' }, body });
        return reply(201, comments.at(-1));
      }
      const found = comments.find(({ id }) => id === Number(one?.[1]));
      if (request.method !== 'PATCH' || found === undefined) return reply(404, {});
      found.body = body;
      return reply(200, found);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    comments,
    token,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
