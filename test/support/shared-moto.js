import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

/** Names the variable with the URL that answers with the endpoint of the run's moto, or the error of its start. */
const VARIABLE = 'RISK_GATE_SHARED_MOTO';

let server;
let moto;

/**
 * Jest's global setup: one moto for all test files of a run, started when the first of them asks for it. Plain
 * JavaScript, because Jest loads it before it transforms TypeScript.
 */
export default async function setUp() {
  server = createServer(async (_, response) => {
    moto ??= start();
    // A client could otherwise use a connection that has just timed out here.
    response.setHeader('connection', 'close');
    try {
      response.end(await moto.endpoint);
    } catch (error) {
      response.writeHead(500).end(error.message);
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  process.env[VARIABLE] = `http://127.0.0.1:${server.address().port}`;
  globalThis.endSharedMoto = tearDown;
}

function start() {
  const child = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const endpoint = new Promise((resolve, reject) => {
    let log = '';
    child.on('error', reject);
    child.on('close', (status) => reject(new Error(`moto ended with ${status}: ${log}`)));
    child.stderr.setEncoding('utf8').on('data', (text) => {
      // The rest is read and dropped, because moto waits while the pipe is full.
      if (log.length < 10_000) log += text;
      const [, url] = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(log) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
  // Ends with this process, too, when a run is interrupted.
  process.once('exit', () => child.kill());
  return { child, endpoint };
}

async function tearDown() {
  server.close();
  const child = moto?.child;
  moto = undefined;
  // It was not started, or has already ended.
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill();
  await closed;
}
