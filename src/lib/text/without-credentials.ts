// Addresses as they may be shown.

/** The address without a password, and on the web without a user, who may be a token; what is no URL stays as it is. */
export function withoutCredentials(address: string): string {
  if (!URL.canParse(address)) return address;
  const url = new URL(address);
  if (url.username === '' && url.password === '') return address;
  if (url.password !== '') url.password = 'xxxxx';
  if (url.protocol.startsWith('http')) url.username = 'xxxxx';
  return url.href;
}
