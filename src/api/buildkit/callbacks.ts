// What a build asks of the client that wanted it, over its session (BuildKit's session/{auth,filesync,secrets,sshforward,upload}).
import { bytes, int64, type MessageOf, message, repeated, string } from './message.ts';

/** moby.filesync.v1.BytesMessage, moby.sshforward.v1.BytesMessage, moby.upload.v1.BytesMessage: all the same on the wire. */
export const bytesMessage = message({
  data: bytes(1),
});
export type BytesMessage = MessageOf<typeof bytesMessage>;

export const credentialsRequest = message({
  host: string(1),
});
export type CredentialsRequest = MessageOf<typeof credentialsRequest>;

export const credentialsResponse = message({
  username: string(1),
  secret: string(2),
});
export type CredentialsResponse = MessageOf<typeof credentialsResponse>;

export const fetchTokenRequest = message({
  clientId: string(1),
  host: string(2),
  realm: string(3),
  service: string(4),
  scopes: repeated(string(5)),
});
export type FetchTokenRequest = MessageOf<typeof fetchTokenRequest>;

export const fetchTokenResponse = message({
  token: string(1),
  // Seconds.
  expiresIn: int64(2),
  // Seconds since 1970.
  issuedAt: int64(3),
});
export type FetchTokenResponse = MessageOf<typeof fetchTokenResponse>;

export const getSecretRequest = message({
  id: string(1),
});
export type GetSecretRequest = MessageOf<typeof getSecretRequest>;

export const getSecretResponse = message({
  data: bytes(1),
});
export type GetSecretResponse = MessageOf<typeof getSecretResponse>;

export const checkAgentRequest = message({
  id: string(1),
});
export type CheckAgentRequest = MessageOf<typeof checkAgentRequest>;

export const checkAgentResponse = message({});
export type CheckAgentResponse = MessageOf<typeof checkAgentResponse>;
