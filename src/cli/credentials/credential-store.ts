// The user's credentials: in the configuration file, or with the helper it names.

import { join } from 'node:path';
import type { AuthConfig } from '../../api/types/common.ts';
import { ownEntry } from '../../lib/own-entry.ts';
import type { GlobalOptions } from '../global-flags.ts';
import { configFolder } from '../host/client-config.ts';
import type { Io } from '../io.ts';
import {
  parseRegistrySettings,
  type RegistrySettings,
  readRegistrySettings,
  writeRegistryAuth,
} from './config-auths.ts';
import { CredentialHelper } from './credential-helper.ts';
import { toHostname } from './registry-key.ts';

/** Credentials of registries, by the keys of `registry-key.ts`. */
export class CredentialStore {
  readonly file: string;
  readonly #environment: Io['environment'];

  constructor(io: Pick<Io, 'environment'>, options: Pick<GlobalOptions, 'config'>) {
    this.file = join(configFolder(io, options), 'config.json');
    this.#environment = io.environment;
  }

  /** The credentials for `server`; `{}` when there are none. Rejects when the helper or the file fails. */
  async get(server: string): Promise<AuthConfig> {
    const fromEnvironment = this.#given()?.auths;
    const given = fromEnvironment && find(fromEnvironment, server);
    if (given) return given;
    const settings = readRegistrySettings(this.file);
    const helper = this.#helperOf(settings, server);
    const inFile = find(settings.auths, server) ?? {};
    if (!helper) return inFile;
    const { username: _user, password: _password, identitytoken: _token, ...rest } = inFile;
    return { ...rest, ...(await helper.get(server)) };
  }

  /** Keeps credentials; returns the file when they lie there as plain text, undefined when a helper has them. */
  async store(auth: AuthConfig): Promise<string | undefined> {
    const server = auth.serveraddress ?? '';
    const settings = readRegistrySettings(this.file);
    const helper = this.#helperOf(settings, server);
    if (helper) {
      await helper.store(auth);
      // The file then only notes that there is something.
      writeRegistryAuth(this.file, server, {});
      return undefined;
    }
    const known = settings.auths[server];
    const same = (key: keyof AuthConfig) => (known?.[key] ?? '') === (auth[key] ?? '');
    if (known && same('username') && same('password') && same('identitytoken')) return undefined;
    writeRegistryAuth(this.file, server, auth);
    return this.file;
  }

  /** Forgets the credentials of `server`; that there are none is no error. */
  async erase(server: string): Promise<void> {
    const settings = readRegistrySettings(this.file);
    await this.#helperOf(settings, server)?.erase(server);
    writeRegistryAuth(this.file, server, undefined);
  }

  #helperOf({ credHelpers, credsStore }: RegistrySettings, server: string): CredentialHelper | undefined {
    const name = ownEntry(credHelpers, server) ?? credsStore;
    return name ? new CredentialHelper(name, this.#environment) : undefined;
  }

  /** What DOCKER_AUTH_CONFIG holds, for machines without a home: it goes before everything else. */
  #given(): RegistrySettings | undefined {
    const text = this.#environment.DOCKER_AUTH_CONFIG;
    if (!text) return undefined;
    try {
      return parseRegistrySettings(JSON.parse(text) as Record<string, unknown>, 'DOCKER_AUTH_CONFIG');
    } catch {
      return undefined;
    }
  }
}

/** Exactly `server`, or an old entry that is a URL of it. */
function find(auths: Readonly<Record<string, AuthConfig>>, server: string): AuthConfig | undefined {
  if (Object.hasOwn(auths, server)) return auths[server];
  return Object.entries(auths).find(([key]) => toHostname(key) === server)?.[1];
}
