// `Warning: 299 - "This image is deprecated."`: what a registry wants people to know.

/** The texts of the warnings with code 299 and agent `-`, the ones registries may send; nothing that moves a cursor. */
export function warningTexts(header: string | undefined): string[] {
  const warnings = (header ?? '').matchAll(/(?:^|,)\s*299 - "((?:[^"\\]|\\.)*)"/g);
  return [...warnings].map(([, text = '']) => text.replace(/\\(.)/g, '$1').replace(/[\x00-\x1f\x7f-\x9f]/g, ''));
}
