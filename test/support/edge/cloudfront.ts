import { runViewerRequest } from './cloudfront-function.ts';
import { appended, type EdgeResponse, response, type Stage } from './message.ts';
import { type EdgeTemplate, referenced, resourceOf, resourcesOf } from './template.ts';

interface Distribution {
  readonly DistributionConfig: {
    readonly DefaultCacheBehavior: {
      readonly AllowedMethods?: readonly string[];
      readonly FunctionAssociations?: readonly {
        readonly EventType: string;
        readonly FunctionARN: unknown;
      }[];
    };
    readonly Origins: readonly {
      readonly ConnectionAttempts?: number;
      readonly ConnectionTimeout?: number;
      readonly VpcOriginConfig?: { readonly OriginReadTimeout?: number };
    }[];
  };
}

/** How long CloudFront tries to reach and waits for an origin. */
export interface OriginTimeouts {
  readonly attempts: number;
  readonly connectMs: number;
  readonly readMs: number;
}

/** Returns the timeouts towards the only origin, with CloudFront's defaults. Undefined without a distribution. */
export function originTimeouts(template: EdgeTemplate): OriginTimeouts | undefined {
  const distribution = resourceOf<Distribution>(template, 'AWS::CloudFront::Distribution');
  const [origin] = distribution?.properties.DistributionConfig.Origins ?? [];
  if (origin === undefined) return undefined;
  return {
    attempts: origin.ConnectionAttempts ?? 3,
    connectMs: 1_000 * (origin.ConnectionTimeout ?? 10),
    readMs: 1_000 * (origin.VpcOriginConfig?.OriginReadTimeout ?? 30),
  };
}

export interface CloudFrontOptions {
  /** Resolves when the origin accepts a connection, and rejects if it refuses one. @default at once */
  readonly connect?: () => Promise<void>;
  /** The address from which CloudFront connects: one of its network interfaces in the VPC. */
  readonly address: string;
}

/** Returns the distribution of a template as a stage, or undefined if the template has none. */
export function cloudFront(
  template: EdgeTemplate,
  origin: Stage,
  { connect = async () => undefined, address }: CloudFrontOptions,
): Stage | undefined {
  const distribution = resourceOf<Distribution>(template, 'AWS::CloudFront::Distribution');
  const timeouts = originTimeouts(template);
  if (distribution === undefined || timeouts === undefined) return undefined;
  const { DefaultCacheBehavior: behavior } = distribution.properties.DistributionConfig;
  const methods = behavior.AllowedMethods ?? ['GET', 'HEAD'];
  const code = viewerRequestCode(template, behavior.FunctionAssociations ?? []);
  return async (viewer) => {
    if (!methods.includes(viewer.method)) return response(403);
    let request = viewer;
    if (code !== undefined) {
      try {
        const result = await runViewerRequest(code, viewer);
        if ('status' in result) return result;
        request = result;
      } catch {
        // What CloudFront returns for a function that fails.
        return response(503);
      }
    }
    const connected = await connectTo(connect, timeouts);
    if (connected !== undefined) return connected;
    const abort = new AbortController();
    const headers = {
      ...appended(request.headers, 'x-forwarded-for', viewer.address),
      via: ['1.1 edge.cloudfront.net (CloudFront)'],
      'x-amz-cf-id': ['test'],
    };
    const answer = origin({ ...request, headers, address, signal: abort.signal });
    // CloudFront repeats no POST whose response does not arrive in time.
    return (await within(timeouts.readMs, answer, () => abort.abort())) ?? response(504);
  };
}

/** Returns undefined once connected, or CloudFront's response: 502 if refused, 504 if there is no answer. */
async function connectTo(
  connect: () => Promise<void>,
  { attempts, connectMs }: OriginTimeouts,
): Promise<EdgeResponse | undefined> {
  let failure = response(504);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      if (
        await within(
          connectMs,
          connect().then(() => true),
        )
      )
        return undefined;
      failure = response(504);
    } catch {
      failure = response(502);
    }
  }
  return failure;
}

/** Waits for a value for a number of milliseconds; then it is undefined. */
async function within<T>(
  ms: number,
  value: Promise<T>,
  onTimeout: () => void = () => undefined,
): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => {
      onTimeout();
      resolve(undefined);
    }, ms);
  });
  // A late error has nobody to receive it.
  value.catch(() => undefined);
  try {
    return await Promise.race([value, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function viewerRequestCode(
  template: EdgeTemplate,
  associations: readonly { readonly EventType: string; readonly FunctionARN: unknown }[],
): string | undefined {
  const association = associations.find(({ EventType }) => EventType === 'viewer-request');
  if (association === undefined) return undefined;
  const id = referenced(association.FunctionARN);
  const found = resourcesOf<{ FunctionCode: string }>(template, 'AWS::CloudFront::Function').find(
    (each) => each.id === id,
  );
  if (found === undefined) throw new Error(`The template has no function ${id}.`);
  return found.properties.FunctionCode;
}
