import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CloudFrontOptions, cloudFront } from './cloudfront.ts';
import { loadBalancer } from './load-balancer.ts';
import { type EdgeRequest, endToEnd, readBody, response, type Stage } from './message.ts';
import { type EdgeTemplate, resourceOf } from './template.ts';
import { type FirewallOptions, type Verdict, WebAcl } from './waf/web-acl.ts';

export interface EdgeOptions extends FirewallOptions {
  /** The template whose CloudFront, firewall and load balancer stand in front of the service. */
  readonly template: EdgeTemplate;
  /** URL of the service. */
  readonly service: string;
  /** Address from which callers connect. @default one of documentation (RFC 5737) */
  readonly clientAddress?: string;
  /** How CloudFront's connection to the load balancer behaves. @default it succeeds at once */
  readonly connect?: CloudFrontOptions['connect'];
}

export interface Edge {
  /** URL that stands for the endpoint of the stack, without a path. It is HTTP: TLS is not modelled. */
  readonly url: string;
  /** What the firewall did with each request that reached it. */
  readonly verdicts: readonly Verdict[];
  /** Requests as the firewall received them. */
  readonly received: readonly EdgeRequest[];
  /** Changes the address from which callers connect. */
  connectFrom(address: string): void;
  close(): Promise<void>;
}

/** One of CloudFront's network interfaces in the private subnets. */
const CLOUDFRONT_ADDRESS = '10.0.17.23';

/**
 * Starts an HTTP server that treats requests as AWS does between the identity server and a task: CloudFront, if the
 * template has a distribution, then the firewall, then the load balancer.
 */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { template, service, connect } = options;
  let { clientAddress = '203.0.113.10' } = options;
  const hasCloudFront = resourceOf(template, 'AWS::CloudFront::Distribution') !== undefined;
  const balancer = loadBalancer(template, service, !hasCloudFront);
  const acl = new WebAcl(template, options);
  const verdicts: Verdict[] = [];
  const received: EdgeRequest[] = [];
  const firewall: Stage = async (request) => {
    const verdict = acl.evaluate(request);
    verdicts.push(verdict);
    received.push(request);
    if (verdict.response === undefined) return balancer.stage(request);
    const { status, contentType, body } = verdict.response;
    return { status, headers: { 'content-type': contentType }, body: Buffer.from(body) };
  };
  const first =
    cloudFront(template, firewall, { address: CLOUDFRONT_ADDRESS, ...(connect && { connect }) }) ??
    firewall;
  const server = createServer(async (incoming, outgoing) => {
    const request = {
      method: incoming.method ?? '',
      target: incoming.url ?? '/',
      headers: endToEnd(incoming.headersDistinct as EdgeRequest['headers']),
      body: await readBody(incoming),
      address: clientAddress,
    };
    // An error of the model itself.
    const failed = (error: Error) => response(500, 'text/plain', error.stack);
    const { status, headers, body } = await first(request).catch(failed);
    outgoing.writeHead(status, { ...headers, 'content-length': body.length }).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    verdicts,
    received,
    connectFrom(address) {
      clientAddress = address;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      balancer.close();
    },
  };
}
