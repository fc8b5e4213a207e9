import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as send } from 'node:http';
import {
  appended,
  type EdgeRequest,
  type EdgeResponse,
  endToEnd,
  readBody,
  response,
  type Stage,
} from './message.ts';
import { type EdgeTemplate, resourceOf } from './template.ts';

interface LoadBalancer {
  readonly LoadBalancerAttributes?: readonly { readonly Key: string; readonly Value: unknown }[];
}

/** Returns the load balancer of a template as a stage in front of the service. */
export function loadBalancer(
  template: EdgeTemplate,
  service: string,
  isHttps: boolean,
): { readonly stage: Stage; close(): void } {
  const { LoadBalancerAttributes = [] } =
    resourceOf<LoadBalancer>(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer')?.properties ??
    {};
  const dropsInvalid = LoadBalancerAttributes.some(
    ({ Key, Value }) =>
      Key === 'routing.http.drop_invalid_header_fields.enabled' && String(Value) === 'true',
  );
  const agent = new Agent({ keepAlive: true });
  return {
    stage: async ({ method, target, headers, body, address, signal }) => {
      const valid = Object.fromEntries(
        Object.entries(headers).filter(([name]) => !dropsInvalid || /^[A-Za-z0-9-]+$/.test(name)),
      );
      const forwarded = appended(valid, 'x-forwarded-for', address);
      const sent = send(new URL(target, service), {
        agent,
        method,
        headers: {
          ...flat(endToEnd(forwarded)),
          'content-length': body.length,
          'x-forwarded-proto': isHttps ? 'https' : 'http',
          'x-forwarded-port': isHttps ? '443' : '80',
          'x-amzn-trace-id': `Root=1-${randomUUID().slice(0, 8)}-${randomUUID().replaceAll('-', '').slice(0, 24)}`,
        },
        ...(signal && { signal }),
      });
      sent.end(body);
      try {
        return await read(((await once(sent, 'response')) as [IncomingMessage])[0]);
      } catch {
        return response(502);
      }
    },
    close: () => agent.destroy(),
  };
}

/** A single value as a string, as the client requires it for `host`. */
function flat(headers: EdgeRequest['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, [first = '', ...others]]) => [
      name,
      others.length === 0 ? first : [first, ...others],
    ]),
  );
}

async function read(message: IncomingMessage): Promise<EdgeResponse> {
  const headers = endToEnd(message.headers);
  return { status: message.statusCode ?? 0, headers, body: await readBody(message) };
}
