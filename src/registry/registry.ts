// The registry: one folder, and whoever asks for what is in it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ContentStore } from '../content/index.ts';
import type { Exchange } from '../lib/http/exchange.ts';
import { KeyedMutex } from '../lib/keyed-mutex.ts';
import type { Logger } from '../lib/logger.ts';
import { openAccess } from './access/access-control.ts';
import { GuardedAccess } from './access/guarded-access.ts';
import type { RegistryContext } from './context.ts';
import { handleRequest } from './handle-request.ts';
import type { RegistryOptions } from './options.ts';
import { Repositories } from './storage/repositories.ts';
import { Uses } from './storage/uses.ts';

export interface RegistryDependencies {
  readonly logger: Logger;
  /** Milliseconds of the epoch. */
  readonly now?: () => number;
}

/** Serves requests from construction to `close`. The caller sees to it that no other process uses the folder. */
export class Registry {
  readonly #context: RegistryContext;

  constructor(options: RegistryOptions, { logger, now = Date.now }: RegistryDependencies) {
    mkdirSync(options.root, { recursive: true, mode: 0o700 });
    const content = new ContentStore(join(options.root, 'content'));
    content.sweep();
    const guarded = options.access && new GuardedAccess(options.access, { root: options.root, now });
    this.#context = {
      ...{ options, content, logger, now },
      repositories: new Repositories(options.root),
      uses: new Uses(now),
      access: guarded ?? openAccess,
      tokens: guarded?.tokens,
      locks: new KeyedMutex(),
    };
  }

  /** Answers one request, for an `HttpServer`. */
  handle(exchange: Exchange): Promise<void> {
    return handleRequest(this.#context, exchange);
  }

  /** Ends what runs in the background; requests have ended. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
