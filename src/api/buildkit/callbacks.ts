// What a build asks of the client that wanted it, over its session (BuildKit's session/{auth,filesync,secrets,sshforward,upload}).
import { bytes, message, string } from './message.ts';

/** moby.filesync.v1.BytesMessage, moby.sshforward.v1.BytesMessage, moby.upload.v1.BytesMessage: all the same on the wire. */
export const bytesMessage = message({
  data: bytes(1),
});

export const credentialsRequest = message({
  host: string(1),
});

export const credentialsResponse = message({
  username: string(1),
  secret: string(2),
});

export const getSecretRequest = message({
  id: string(1),
});

export const getSecretResponse = message({
  data: bytes(1),
});

export const checkAgentRequest = message({
  id: string(1),
});

export const checkAgentResponse = message({});
