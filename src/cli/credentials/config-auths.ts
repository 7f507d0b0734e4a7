// The part of `config.json` that concerns registries: what it says, and how it is changed without touching the rest.

import type { AuthConfig } from '../../api/types/common.ts';
import { asObject, readDocument, replaceDocument } from '../host/config-file.ts';

/** What a configuration file says of registries; keys as in the file. */
export interface RegistrySettings {
  /** By registry; passwords decoded. */
  readonly auths: Readonly<Record<string, AuthConfig>>;
  /** The helper that keeps the credentials of all registries without one of their own. */
  readonly credsStore: string;
  readonly credHelpers: Readonly<Record<string, string>>;
}

type Json = Record<string, unknown>;

/** Reads `file`; one that is not there says nothing. Throws a plain Error that names the file and the key. */
export function readRegistrySettings(file: string): RegistrySettings {
  return parseRegistrySettings(readDocument(file), file);
}

/** The same of a document in memory; `where` names it in errors. */
export function parseRegistrySettings(document: Json, where: string): RegistrySettings {
  const { auths = {}, credsStore = '', credHelpers = {} } = document;
  if (typeof credsStore !== 'string') throw new Error(`${where}: credsStore: not a string`);
  const entries = Object.entries(asObject(auths, `${where}: auths`)).map(([server, entry]) => {
    return [server, decodeEntry(server, asObject(entry, `${where}: auths: ${server}`), where)] as const;
  });
  const helpers = Object.entries(asObject(credHelpers, `${where}: credHelpers`)).filter(isText);
  return { auths: Object.fromEntries(entries), credsStore, credHelpers: Object.fromEntries(helpers) };
}

/** Writes the credentials of `server` to `file`, or removes them when undefined. All other keys stay as they are. */
export function writeRegistryAuth(file: string, server: string, auth: AuthConfig | undefined): void {
  const document = readDocument(file);
  const { [server]: _old, ...others } = asObject(document.auths ?? {}, `${file}: auths`);
  if (auth === undefined && _old === undefined) return;
  const auths = auth === undefined ? others : { ...others, [server]: encodeEntry(auth) };
  const sorted = Object.fromEntries(Object.entries(auths).sort(([a], [b]) => (a < b ? -1 : 1)));
  const { auths: _auths, ...rest } = document;
  replaceDocument(file, { auths: sorted, ...rest });
}

function isText(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string';
}

/** `auth` is `base64(username:password)`. */
function decodeEntry(server: string, entry: Json, where: string): AuthConfig {
  const { auth, ...rest } = Object.fromEntries(Object.entries(entry).filter(isText)) as AuthConfig;
  const known = { ...rest, serveraddress: server };
  if (!auth) return known;
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon <= 0) throw new Error(`${where}: auths: ${server}: Invalid auth configuration file`);
  return { ...known, username: text.slice(0, colon), password: text.slice(colon + 1).replace(/^\0+|\0+$/g, '') };
}

function encodeEntry({ username = '', password = '', identitytoken, registrytoken }: AuthConfig): Json {
  const auth = username || password ? Buffer.from(`${username}:${password}`).toString('base64') : '';
  return {
    ...(auth && { auth }),
    ...(identitytoken && { identitytoken }),
    ...(registrytoken && { registrytoken }),
  };
}
