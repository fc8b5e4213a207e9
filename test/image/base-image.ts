import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { outputOf } from '../support/process.ts';
import type { Buildah } from './buildah.ts';

export const BASE_IMAGE = 'localhost/node:24';

const NODE = 'usr/local/bin/node';
const NPM = 'usr/local/lib/node_modules/npm';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** npm needs env for its shebang line and sh for scripts. */
const TOOLS = ['/bin/sh', '/usr/bin/env'];

/**
 * Makes a base image without a container registry: Node 24 and npm come from the npm registry, the shared
 * libraries from this machine.
 */
export async function makeBaseImage(buildah: Buildah, folder: string): Promise<void> {
  const root = join(folder, 'base');
  for (const path of ['usr/local/bin', NPM, 'bin', 'usr/bin', 'etc', 'dev', 'proc', 'sys']) {
    await mkdir(join(root, path), { recursive: true });
  }
  await mkdir(join(root, 'root'), { mode: 0o700 });
  await outputOf('mkdir', ['--mode=1777', join(root, 'tmp')]);
  await addNodeAndNpm(root, folder);
  for (const tool of TOOLS) await copyFile(tool, root);
  const programs = [join(root, NODE), ...TOOLS];
  for (const library of await librariesOf(programs)) await copyFile(library, root);
  await writeFile(
    join(root, 'etc/passwd'),
    'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/nonexistent:/bin/sh\n',
  );
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
  const container = await buildah.run('from', 'scratch');
  await buildah.run('copy', '--quiet', container, root, '/');
  await buildah.run('config', '--env', `PATH=${PATH}`, container);
  await buildah.run('commit', '--quiet', '--rm', container, BASE_IMAGE);
  // As if it had been pulled.
  await buildah.run('tag', BASE_IMAGE, `localhost/${await literalImage()}`);
}

/** Returns the image that `app/Dockerfile` names. */
async function literalImage(): Promise<string> {
  const dockerfile = await readFile(new URL('../../app/Dockerfile', import.meta.url), 'utf8');
  const [, image] = /^FROM (\S+:\S+) AS/m.exec(dockerfile) ?? [];
  if (image === undefined) throw new Error('app/Dockerfile names no image.');
  return image;
}

async function addNodeAndNpm(root: string, folder: string): Promise<void> {
  const packed = join(folder, 'packed');
  await mkdir(packed);
  const packages = [`node-linux-${process.arch}@24`, 'npm@11'];
  const options = ['--silent', '--pack-destination', packed];
  const files = await outputOf('npm', ['pack', ...options, ...packages]);
  const [node = '', npm = ''] = files.split('\n').map((file) => join(packed, file));
  await outputOf('tar', ['-xzf', node, '-C', packed, 'package/bin/node']);
  await rename(join(packed, 'package/bin/node'), join(root, NODE));
  await outputOf('tar', ['-xzf', npm, '-C', join(root, NPM), '--strip-components=1']);
  await symlink(`/${NPM}/bin/npm-cli.js`, join(root, 'usr/local/bin/npm'));
}

/** Returns the shared libraries of programs, including the loader. */
async function librariesOf(programs: readonly string[]): Promise<Set<string>> {
  const listing = await outputOf('ldd', programs);
  return new Set([...listing.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path));
}

/** Copies a file of this machine to the same path in the image, following links. */
async function copyFile(path: string, root: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await outputOf('cp', ['--dereference', path, join(root, path)]);
}

/** Writes a home directory with which npm in the image uses the same registry as on this machine. */
export async function npmHome(folder: string): Promise<string> {
  const home = join(folder, 'home');
  await mkdir(home);
  const registry = await outputOf('npm', ['config', 'get', 'registry']);
  const settings = [`registry=${registry}`];
  const authorities = await certificateAuthorities();
  if (authorities !== undefined) {
    await writeFile(join(home, 'authorities.pem'), authorities);
    settings.push('cafile=/root/authorities.pem');
  }
  await writeFile(join(home, '.npmrc'), `${settings.join('\n')}\n`);
  return home;
}

/** Returns the certificate authorities of this machine, if they are more than Node's own. */
async function certificateAuthorities(): Promise<string | undefined> {
  const { rootCertificates } = await import('node:tls');
  const own = await outputOf('npm', ['config', 'get', 'cafile']);
  const extra = process.env.NODE_EXTRA_CA_CERTS;
  if (own === 'null' && extra === undefined) return undefined;
  const certificates = own === 'null' ? [...rootCertificates] : [await readFile(own, 'utf8')];
  if (extra !== undefined) certificates.push(await readFile(extra, 'utf8'));
  return certificates.join('\n');
}
