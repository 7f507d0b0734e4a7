// Changing the user's `config.json` without touching what we know nothing of.

import { join } from 'node:path';
import { readDocument, replaceDocument } from './config-file.ts';

/** Makes `key` be `value`, or removes it when undefined. Throws a plain Error when what is there cannot be read. */
export function editClientConfig(folder: string, key: string, value: string | undefined): void {
  const file = join(folder, 'config.json');
  const document = readDocument(file);
  if (document[key] === value) return;
  const { [key]: _old, ...rest }: Record<string, unknown> = { auths: {}, ...document };
  replaceDocument(file, value === undefined ? rest : { ...rest, [key]: value });
}
