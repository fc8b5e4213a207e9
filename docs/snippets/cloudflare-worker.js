const HEADER = 'x-client-source-ip';
const SIGNATURE = 'x-client-source-ip-signature';

export default {
  async fetch(request, env) {
    const address = request.headers.get('cf-connecting-ip');
    const headers = new Headers(request.headers);
    // Replaces the client's header of the same name.
    headers.set(HEADER, address);
    headers.set(SIGNATURE, await sign(address, env.ADDRESS_SIGNATURE_SECRET));
    return fetch(new Request(request, { headers }));
  },
};

async function sign(value, secret) {
  const text = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', text.encode(secret), algorithm, false, ['sign']);
  const t = Math.floor(Date.now() / 1000);
  const v1 = await crypto.subtle.sign('HMAC', key, text.encode(`${t}.${value}`));
  const hex = Array.from(new Uint8Array(v1), (byte) => byte.toString(16).padStart(2, '0'));
  return `t=${t},v1=${hex.join('')}`;
}
