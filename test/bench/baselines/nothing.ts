/**
 * A server that does nothing: it counts bytes and answers. Node's HTTP has no part in it, so what a
 * load generator reaches here is more than any server of the comparison can serve.
 */
import { createServer } from 'node:net';
import { listen } from './listen.ts';

const BODY = '{"actionStatus":"SUCCESS"}';
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
);
const LENGTH = /content-length: (\d+)/i;

listen(
  createServer({ noDelay: true }, (socket) => {
    /** Bytes of the request under way that have not come. */
    let missing = 0;
    socket.on('data', (chunk) => {
      missing = (missing === 0 ? lengthOf(chunk) : missing) - chunk.length;
      if (missing === 0) socket.write(ANSWER);
    });
    socket.on('error', () => socket.destroy());
  }),
);

/** Bytes of a request, from its first packet, which holds the whole head. */
function lengthOf(chunk: Buffer): number {
  const end = chunk.indexOf('\r\n\r\n') + 4;
  const [, length] = LENGTH.exec(chunk.toString('latin1', 0, end)) ?? [];
  return end + Number(length ?? 0);
}
