import crypto from 'crypto';
import fs from 'fs';

const SECRET = fs.readFileSync('/etc/nginx/address-signature-secret', 'utf8').trim();

function signature(r) {
  const t = Math.floor(Date.now() / 1000);
  const signed = `${t}.${r.variables.remote_addr}`;
  return `t=${t},v1=${crypto.createHmac('sha256', SECRET).update(signed).digest('hex')}`;
}

export default { signature };
