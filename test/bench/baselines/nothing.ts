/**
 * A TCP server that only counts bytes and responds, without node:http: the load generator's own limit, far above
 * what the other servers reach.
 */
import { createServer } from 'node:net';
import { listen } from './listen.ts';

const BODY = '{"actionStatus":"SUCCESS"}';
const RESPONSE = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
);
const LENGTH = /content-length: (\d+)/i;

listen(
  createServer({ noDelay: true }, (socket) => {
    /** Bytes of the current request that have not arrived. */
    let missing = 0;
    socket.on('data', (chunk) => {
      missing = (missing === 0 ? lengthOf(chunk) : missing) - chunk.length;
      if (missing === 0) socket.write(RESPONSE);
    });
    socket.on('error', () => socket.destroy());
  }),
);

/** Returns the length of a request, from its first packet, which contains the whole head. */
function lengthOf(chunk: Buffer): number {
  const end = chunk.indexOf('\r\n\r\n') + 4;
  const [, length] = LENGTH.exec(chunk.toString('latin1', 0, end)) ?? [];
  return end + Number(length ?? 0);
}
