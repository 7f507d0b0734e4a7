// The records of endpoints: a file each, in the exec root.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../lib/errors.ts';
import { namesIfThere } from '../lib/files/if-there.ts';
import type { Endpoint } from './network.ts';

/**
 * Endpoints live as long as the namespaces pinned beside them: they must survive the daemon, not the machine. So a
 * record is a file renamed into place without fsync (50 µs), not a durable transaction, which would make every start
 * and stop of a container wait for the disk twice.
 */
export class EndpointRecords {
  readonly #directory: string;

  constructor(o: { execRoot: string }) {
    this.#directory = join(o.execRoot, 'endpoints');
  }

  put(endpoint: Endpoint): void {
    const path = this.#path(endpoint.containerId);
    const text = JSON.stringify(endpoint);
    try {
      writeFileSync(`${path}.new`, text, { mode: 0o600 });
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      writeFileSync(`${path}.new`, text, { mode: 0o600 });
    }
    renameSync(`${path}.new`, path);
  }

  /** One that is not there is fine. */
  delete(containerId: string): void {
    rmSync(this.#path(containerId), { force: true });
  }

  /** All of them; removes what a crash left half-written. */
  list(): Endpoint[] {
    const endpoints: Endpoint[] = [];
    for (const name of namesIfThere(this.#directory)) {
      if (name.endsWith('.new')) rmSync(join(this.#directory, name), { force: true });
      else endpoints.push(JSON.parse(readFileSync(join(this.#directory, name), 'utf8')) as Endpoint);
    }
    return endpoints;
  }

  #path(containerId: string): string {
    return join(this.#directory, containerId);
  }
}
