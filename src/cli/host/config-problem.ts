// What Docker's tools cannot read in a `config.json`, in the words of Go's decoder, which users know and look up.
import { ownEntry } from '../../lib/own-entry.ts';

type Check = (value: unknown, field: string) => string | undefined;

const string: Check = (value, field) =>
  typeof value === 'string' ? undefined : `json: cannot unmarshal ${kindOf(value)} into ${field} of type string`;

/** An object; `check` is for what its keys have, `type` what Go calls the object. */
const object =
  (type: string, check: (key: string) => { check: Check; field: string } | undefined): Check =>
  (value, field) => {
    if (typeof value !== 'object' || Array.isArray(value)) {
      return `json: cannot unmarshal ${kindOf(value)} into ${field} of type ${type}`;
    }
    for (const [key, member] of Object.entries(value ?? {})) {
      const found = check(key);
      const problem = found && member !== null && found.check(member, found.field);
      if (problem) return problem;
    }
    return undefined;
  };

const mapOf = (type: string, check: Check, within: string): Check =>
  object(`map[string]${type}`, () => ({ check, field: within }));

const struct = (name: string) => `Go struct field ConfigFile.${name}`;
const authKeys = ['auth', 'username', 'password', 'identitytoken', 'registrytoken'];
const authEntry: Check = (value, field) =>
  object('types.AuthConfig', key =>
    authKeys.includes(key) ? { check: string, field: struct(`auths.${key}`) } : undefined,
  )(value, field) ?? authProblem((value as { auth?: string }).auth ?? '');

const fields: Readonly<Record<string, Check>> = {
  auths: mapOf('types.AuthConfig', authEntry, struct('auths')),
  HttpHeaders: mapOf('string', string, struct('HttpHeaders')),
  credHelpers: mapOf('string', string, struct('credHelpers')),
  proxies: object('map[string]configfile.ProxyConfig', () => undefined),
  ...{ credsStore: string, detachKeys: string, currentContext: string },
  ...{ psFormat: string, imagesFormat: string, networksFormat: string, volumesFormat: string, statsFormat: string },
};

/** Undefined for a document that can be read. */
export function configProblem(document: unknown): string | undefined {
  if (document === null) return undefined;
  if (typeof document !== 'object' || Array.isArray(document)) {
    return `json: cannot unmarshal ${kindOf(document)} into Go value of type configfile.ConfigFile`;
  }
  for (const [name, value] of Object.entries(document)) {
    const problem = value === null ? undefined : ownEntry(fields, name)?.(value, struct(name));
    if (problem) return problem;
  }
  return undefined;
}

/** `auth` is `base64(username:password)`. */
function authProblem(auth: string): string | undefined {
  if (auth === '') return undefined;
  const odd = auth.search(/[^A-Za-z0-9+/=\r\n]/);
  if (odd !== -1) return `illegal base64 data at input byte ${odd}`;
  return Buffer.from(auth, 'base64').indexOf(':') > 0 ? undefined : 'Invalid auth configuration file';
}

function kindOf(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  return Array.isArray(value) ? 'array' : typeof value;
}
