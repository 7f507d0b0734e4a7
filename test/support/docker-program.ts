// The real docker command line: of this machine, or the one that `scripts/plugins.sh` fetched.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where `scripts/plugins.sh` keeps what it fetches. */
export const fetchedPlugins: string = process.env.BERTH_PLUGINS ?? join(import.meta.dir, '../../.cache/plugins');

/** Its path; undefined where there is none. BERTH_TEST_DOCKER names another. */
export function dockerProgram(): string | undefined {
  // Not what PATH says: `berth` may go by that name there.
  const places = ['/usr/local/bin/docker', '/usr/bin/docker', join(fetchedPlugins, 'docker-cli/docker')];
  return process.env.BERTH_TEST_DOCKER ?? places.find(path => existsSync(path));
}
