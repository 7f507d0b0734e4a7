// `--attest type=…`, `--provenance`, `--sbom` as attributes of the frontend.
import { parseBool } from '../../grammar/flag.ts';
import { parseFields } from './fields.ts';

/** `--provenance` and `--sbom` are short for `--attest`; true, false, or what stands behind the type. */
export function shortAttest(type: string, value: string): string[] {
  if (value === '') return [];
  try {
    return [`type=${type},disabled=${!parseBool(value)}`];
  } catch {
    return [`type=${type},${value}`];
  }
}

/** `attest:TYPE` → its options. Throws a plain Error for a text without type; the last one of a type counts. */
export function attestAttributes(texts: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const text of texts) {
    const { type, ...options } = Object.fromEntries(parseFields(text));
    if (!type) throw new Error(`attestation type not specified`);
    const { disabled, ...rest } = options;
    const isDisabled = disabled !== undefined && parseBool(disabled);
    const pairs = Object.entries(isDisabled ? { ...rest, disabled: 'true' } : rest);
    found[`attest:${type}`] = pairs.map(([key, value]) => `${key}=${value}`).join(',');
  }
  return found;
}
