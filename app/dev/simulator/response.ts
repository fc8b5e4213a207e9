/** An HTTP response before it is sent. */
export interface SimulatedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Headers that AbuseIPDB's edge adds to each response. The ray id shows that the response is simulated. */
const EDGE_HEADERS = {
  server: 'cloudflare',
  'cf-ray': '0000000000000000-SIMULATED',
  'cf-cache-status': 'DYNAMIC',
  'cache-control': 'no-cache, private',
};

export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): SimulatedResponse {
  return {
    status,
    headers: { ...EDGE_HEADERS, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

/** An HTML page of the edge, without the headers of the API behind it. */
export function htmlResponse(status: number, title: string, text: string): SimulatedResponse {
  return {
    status,
    headers: { ...EDGE_HEADERS, 'content-type': 'text/html; charset=UTF-8' },
    body: `<!DOCTYPE html>\n<html lang="en-US"><head><title>${title}</title></head><body><h1>${title}</h1><p>${text}</p></body></html>\n`,
  };
}
