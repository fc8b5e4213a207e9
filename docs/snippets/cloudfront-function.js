import cf from 'cloudfront';
import crypto from 'crypto';

const HEADER = 'x-client-source-ip';
const SIGNATURE = 'x-client-source-ip-signature';

async function handler(event) {
  const request = event.request;
  // Remove the client's headers even if signing fails.
  delete request.headers[HEADER];
  delete request.headers[SIGNATURE];
  try {
    const secret = await cf.kvs().get('address-signature-secret');
    const address = event.viewer.ip;
    const t = Math.floor(Date.now() / 1000);
    const v1 = crypto.createHmac('sha256', secret).update(`${t}.${address}`).digest('hex');
    request.headers[HEADER] = { value: address };
    request.headers[SIGNATURE] = { value: `t=${t},v1=${v1}` };
  } catch (error) {
    console.log(`The address is not signed: ${error}`);
  }
  return request;
}
