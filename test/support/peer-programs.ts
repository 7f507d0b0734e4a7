// Other people's programs, which tests compare with: podman, skopeo, docker-registry. They are run in the root file system
// that BERTH_TEST_PEER_ROOT names (this machine's by default), with this machine's network.

import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';

const root = process.env.BERTH_TEST_PEER_ROOT ?? '/';
const folders = ['usr/bin', 'usr/local/bin', 'usr/sbin'];
/** Words that a program needs on every machine. */
const words: Record<string, readonly string[]> = { podman: ['--runtime', 'runc'] };

/** The words that start a program; undefined where it is not installed. */
export function peerProgram(name: string): string[] | undefined {
  if (!folders.some(folder => existsSync(join(root, folder, name)))) return undefined;
  const enter = root === '/' ? [] : ['chroot', root];
  return [...enter, name, ...(words[name] ?? [])];
}

/** A folder that these programs see, too: its path here and there. The caller removes it. */
export function peerFolder(): { here: string; there: string } {
  mkdirSync(join(root, 'tmp'), { recursive: true });
  const here = mkdtempSync(join(root, 'tmp', 'berth-peer-'));
  return { here, there: join('/', here.slice(root.length)) };
}
